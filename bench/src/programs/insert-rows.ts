/** What a user would otherwise write: the pages through csv-parse into Postgres by INSERTs of 500 rows each. */
import { Client } from "pg"
import { readTask, sayRows } from "../task.ts"
import { parsedRows } from "./parsed-rows.ts"
import { createTable } from "./read-pages.ts"

const task = readTask()
const columns = Object.keys(task.columns)
const rowsAtOnce = Math.min(500, Math.floor(65_535 / columns.length))
const connection = new Client(task.target)
await connection.connect()
await connection.query("DROP TABLE IF EXISTS loaded")
await connection.query(createTable(task))
await connection.query('ALTER TABLE loaded ADD PRIMARY KEY ("Id")')

const insert = async (rows: ReadonlyArray<ReadonlyArray<string>>): Promise<void> => {
  const places = rows.map(
    (row, at) => `(${row.map((_, column) => `$${at * columns.length + column + 1}`).join(", ")})`
  )
  const values = rows.flat().map((cell) => (cell === "" ? null : cell))
  await connection.query(`INSERT INTO loaded VALUES ${places.join(", ")}`, values)
}

await connection.query("BEGIN")
let rows: Array<ReadonlyArray<string>> = []
for (const page of task.pages) {
  for await (const row of parsedRows(page)) {
    rows.push(row)
    if (rows.length === rowsAtOnce) {
      await insert(rows)
      rows = []
    }
  }
}
if (rows.length > 0) await insert(rows)
await connection.query("COMMIT")
sayRows((await connection.query("SELECT count(*) AS rows FROM loaded")).rows[0]?.rows)
await connection.end()
