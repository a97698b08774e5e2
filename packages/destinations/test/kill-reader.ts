/** An analyst's process that opens the file again and again and says what it sees: `kill-reader.ts FILE`. */
import { setTimeout } from "node:timers/promises"
import { DuckDBInstance } from "@duckdb/node-api"
import { lineQuery } from "./kill-model.ts"

const [file = ""] = process.argv.slice(2)

const look = async (): Promise<void> => {
  const instance = await DuckDBInstance.create(file, { access_mode: "READ_ONLY" })
  const connection = await instance.connect()
  const seen = await connection.runAndReadAll(lineQuery)
  process.stdout.write(`saw ${seen.getRowsJS()[0]?.[0]}\n`)
  connection.closeSync()
  instance.closeSync()
}

for (;;) {
  await look().catch((cause: unknown) => {
    if (!/Could not set lock|database does not exist|Table with name/.test(String(cause))) {
      process.stdout.write(`failed ${String(cause).replaceAll("\n", " ")}\n`)
    }
  })
  await setTimeout(60)
}
