/** What a user would otherwise write: jsforce's Bulk 2.0 query, record by record into DuckDB's appender. */
import { DuckDBInstance } from "@duckdb/node-api"
import { Connection } from "@jsforce/jsforce-node"
import { readTask, sayRows } from "../task.ts"
import { appendValue } from "./append-value.ts"
import { createTable } from "./read-pages.ts"

const task = readTask()
const salesforce = new Connection({
  instanceUrl: task.url,
  accessToken: task.accessToken,
  version: "67.0"
})
salesforce.bulk2.pollTimeout = 600_000
salesforce.bulk2.pollInterval = 200
const instance = await DuckDBInstance.create(task.target)
const connection = await instance.connect()
await connection.run(createTable(task))
const appender = await connection.createAppender("loaded")
const columns = Object.entries(task.columns)
const records = await salesforce.bulk2.query(task.query)
await new Promise<void>((resolve, reject) => {
  records.on("record", (record: Readonly<Record<string, string | null>>) => {
    for (const [name, type] of columns) appendValue(appender, type, record[name])
    appender.endRow()
  })
  records.on("end", () => resolve())
  records.on("error", reject)
})
appender.closeSync()
await connection.run("CHECKPOINT")
sayRows((await connection.runAndReadAll("SELECT count(*)::INTEGER FROM loaded")).getRows()[0]?.[0])
connection.closeSync()
instance.closeSync()
