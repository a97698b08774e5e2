/**
 * The floor of Parquet: one bare process has DuckDB write the same pages as one zstd file, on the disk when it is done,
 * as what the floors of DuckDB and Postgres commit is.
 */
import { open } from "node:fs/promises"
import { dirname } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { readTask, sayRows } from "../task.ts"
import { quoted, readPages } from "./read-pages.ts"

const task = readTask()
const sync = async (path: string): Promise<void> => {
  const handle = await open(path)
  await handle.sync()
  await handle.close()
}
const begun = performance.now()
const instance = await DuckDBInstance.create()
const connection = await instance.connect()
await connection.run("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
const file = quoted(task.target)
await connection.run(`COPY (SELECT * FROM ${readPages(task)}) TO ${file} (FORMAT parquet, COMPRESSION zstd)`)
await sync(task.target)
await sync(dirname(task.target))
const engineSeconds = (performance.now() - begun) / 1000
sayRows(
  (await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM read_parquet(${file})`)).getRows()[0]?.[0],
  engineSeconds
)
connection.closeSync()
instance.closeSync()
