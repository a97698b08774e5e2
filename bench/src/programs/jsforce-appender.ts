/**
 * What a user would otherwise write: jsforce makes the query job and waits for it, and each result page goes through
 * jsforce's record stream, record by record into DuckDB's appender. Its own `bulk2.query` sends all pages through one
 * such stream, header lines included, which ends before the last of them.
 */
import { DuckDBInstance } from "@duckdb/node-api"
import { Connection } from "@jsforce/jsforce-node"
import { QueryJobV2 } from "@jsforce/jsforce-node/lib/api/bulk2.js"
import { Parsable } from "@jsforce/jsforce-node/lib/record-stream.js"
import { readTask, sayRows } from "../task.ts"
import { appendValue } from "./append-value.ts"
import { createTable } from "./read-pages.ts"

const task = readTask()
const salesforce = new Connection({
  instanceUrl: task.url,
  accessToken: task.accessToken,
  version: "67.0"
})
const instance = await DuckDBInstance.create(task.target)
const connection = await instance.connect()
await connection.run(createTable(task))
const appender = await connection.createAppender("loaded")
const columns = Object.entries(task.columns)

const appendPage = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const records = new Parsable()
    records.on("record", (record: Readonly<Record<string, string | null>>) => {
      for (const [name, type] of columns) appendValue(appender, type, record[name])
      appender.endRow()
    })
    records.on("end", () => resolve())
    records.on("error", reject)
    const page = salesforce.request({ method: "GET", url, headers: { Accept: "text/csv" } })
    page.catch(reject)
    page.stream().on("error", reject).pipe(records.stream("csv"))
  })

const pollingOptions = { pollInterval: 200, pollTimeout: 600_000 }
const job = new QueryJobV2(salesforce, {
  bodyParams: { query: task.query, operation: "query" },
  pollingOptions
})
await job.open()
await job.poll()
const list = await salesforce.request<{
  readonly resultPages: ReadonlyArray<{ readonly resultUrl: string }>
}>(`/services/data/v67.0/jobs/query/${job.id}/resultPages`)
for (const { resultUrl } of list.resultPages) await appendPage(resultUrl)
appender.closeSync()
await connection.run("CHECKPOINT")
sayRows((await connection.runAndReadAll("SELECT count(*)::INTEGER FROM loaded")).getRows()[0]?.[0])
connection.closeSync()
instance.closeSync()
