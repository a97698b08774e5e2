/** The floor of Postgres: two connections COPY the inflated pages into a table, which then gets its key. */
import { createReadStream } from "node:fs"
import { pipeline } from "node:stream/promises"
import { createGunzip } from "node:zlib"
import { Client } from "pg"
import { from as copyFrom } from "pg-copy-streams"
import { readTask, sayRows } from "../task.ts"
import { createTable } from "./read-pages.ts"

const task = readTask()
const begun = performance.now()
const connections = [new Client(task.target), new Client(task.target)] as const
for (const connection of connections) await connection.connect()
await connections[0].query("DROP TABLE IF EXISTS loaded")
await connections[0].query(createTable(task))
const waiting = [...task.pages]
await Promise.all(
  connections.map(async (connection) => {
    for (let page = waiting.shift(); page !== undefined; page = waiting.shift()) {
      const copy = connection.query(
        copyFrom("COPY loaded FROM STDIN (FORMAT csv, HEADER true, NULL '', FORCE_NULL *)")
      )
      const inflate = page.endsWith(".gz") ? [createGunzip({ chunkSize: 262_144 })] : []
      await pipeline([createReadStream(page), ...inflate, copy])
    }
  })
)
await connections[0].query('ALTER TABLE loaded ADD PRIMARY KEY ("Id")')
const engineSeconds = (performance.now() - begun) / 1000
sayRows((await connections[0].query("SELECT count(*) AS rows FROM loaded")).rows[0]?.rows, engineSeconds)
for (const connection of connections) await connection.end()
