/**
 * An analyst's process. `reader.ts hold FILE` opens the file and keeps it open; `reader.ts poll FILE` opens it
 * again and again and prints what it sees: the version of the checkpoint and the number of rows.
 */
import { setTimeout } from "node:timers/promises"
import { DuckDBInstance } from "@duckdb/node-api"

const [mode, file = ""] = process.argv.slice(2)

const look = async (): Promise<void> => {
  const instance = await DuckDBInstance.create(file, { access_mode: "READ_ONLY" })
  const connection = await instance.connect()
  const seen = await connection.runAndReadAll(
    "SELECT (SELECT version::INTEGER FROM _decant.checkpoints), (SELECT count(*)::INTEGER FROM salesforce.account_live)"
  )
  process.stdout.write(`saw ${seen.getRowsJS()[0]?.join(" ")}\n`)
  if (mode === "hold") await setTimeout(60_000)
  connection.closeSync()
  instance.closeSync()
}

for (;;) {
  await look().catch((cause: unknown) => {
    if (!/Could not set lock|does not exist/.test(String(cause))) process.stdout.write(`failed ${cause}\n`)
  })
  await setTimeout(15)
}
