/** An analyst's process that asks again and again and says what it sees: `postgres-reader.ts URL QUERY`. */
import { setTimeout } from "node:timers/promises"
import pg from "pg"

const [url = "", sql = ""] = process.argv.slice(2)
const client = new pg.Client({ connectionString: url })
await client.connect()
await client.query("SET search_path = salesforce")

for (;;) {
  await client.query(sql).then(
    ({ rows }) => process.stdout.write(`saw ${rows[0]?.line}\n`),
    (cause: unknown) => {
      if (!/does not exist/.test(String(cause))) process.stdout.write(`failed ${cause}\n`)
    }
  )
  await setTimeout(5)
}
