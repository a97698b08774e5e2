/**
 * The floor of DuckDB: the least that any program must do with the same result pages. One bare process has the
 * engine read them from local disk into a table of a new file, and exits when it is committed.
 */
import { DuckDBInstance } from "@duckdb/node-api"
import { readTask, sayRows } from "../task.ts"
import { readPages } from "./read-pages.ts"

const task = readTask()
const begun = performance.now()
const instance = await DuckDBInstance.create(task.target)
const connection = await instance.connect()
await connection.run("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
await connection.run(`CREATE TABLE loaded AS SELECT * FROM ${readPages(task)}`)
await connection.run("CHECKPOINT")
const engineSeconds = (performance.now() - begun) / 1000
sayRows(
  (await connection.runAndReadAll("SELECT count(*)::INTEGER FROM loaded")).getRows()[0]?.[0],
  engineSeconds
)
connection.closeSync()
instance.closeSync()
