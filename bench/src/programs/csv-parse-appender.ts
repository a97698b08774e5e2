/** What a user would otherwise write: the pages on local disk through csv-parse into DuckDB's appender. */
import { DuckDBInstance } from "@duckdb/node-api"
import { readTask, sayRows } from "../task.ts"
import { appendValue } from "./append-value.ts"
import { parsedRows } from "./parsed-rows.ts"
import { createTable } from "./read-pages.ts"

const task = readTask()
const types = Object.values(task.columns)
const instance = await DuckDBInstance.create(task.target)
const connection = await instance.connect()
await connection.run(createTable(task))
const appender = await connection.createAppender("loaded")
for (const page of task.pages) {
  for await (const row of parsedRows(page)) {
    for (const [at, type] of types.entries()) appendValue(appender, type, row[at])
    appender.endRow()
  }
}
appender.closeSync()
await connection.run("CHECKPOINT")
sayRows((await connection.runAndReadAll("SELECT count(*)::INTEGER FROM loaded")).getRows()[0]?.[0])
connection.closeSync()
instance.closeSync()
