/** Why rows were refused, counted: what a person wants to know before they open the failure file. */
import { createReadStream } from "node:fs"
import { parse } from "csv-parse"
import { Effect } from "effect"
import type { LoadReport } from "./load.ts"

const looksAt = 10_000
const tells = 5

/** `REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --` without its tail. */
const readable = (error: string): string => error.replace(/:[\w, ]*\s*--\s*$/, "").replace(":", ": ")

/** A file that cannot be read has no reasons: the report stands without them. */
export const refusalReasons = (file: string): Effect.Effect<LoadReport["reasons"]> =>
  Effect.tryPromise(async () => {
    const counts = new Map<string, number>()
    const rows = createReadStream(file).pipe(parse({ from: 2, to: looksAt + 1 }))
    for await (const row of rows) {
      const reason = readable(String(row[1] ?? ""))
      counts.set(reason, (counts.get(reason) ?? 0) + 1)
    }
    return [...counts]
      .map(([reason, count]) => ({ reason, rows: count }))
      .toSorted((a, b) => b.rows - a.rows)
      .slice(0, tells)
  }).pipe(Effect.orElseSucceed(() => []))
