/** An analyst's process: `parquet-reader.ts FOLDER` asks again and again and prints what it sees. */
import { setTimeout } from "node:timers/promises"
import { Effect } from "effect"
import { parquetSubject } from "./parquet-subject.ts"
import { open, rowsOf } from "./subject.ts"

export const seen = `SELECT (SELECT version FROM _decant.checkpoints), count(*) FILTER ("Id" < '002'), count(DISTINCT "Name") FILTER ("Id" < '002'),
   any_value("Name") FILTER ("Id" < '002'), count(*) FILTER ("Id" >= '002'), count(DISTINCT "Id") FROM "Account"`

const [folder = ""] = process.argv.slice(2)

if (import.meta.main) {
  const program = Effect.gen(function* () {
    const destination = yield* open(parquetSubject, folder, { orgId: null })
    for (;;) {
      const line = yield* rowsOf(destination, seen).pipe(
        Effect.match({
          onSuccess: (rows) => `saw ${rows[0]?.join(" ")}`,
          onFailure: (failure) =>
            /nothing in|Table with name Account/.test(failure.message)
              ? ""
              : `failed ${failure.code} ${failure.message}`
        })
      )
      if (line !== "") process.stdout.write(`${line}\n`)
      yield* Effect.promise(() => setTimeout(200))
    }
  })
  await Effect.runPromise(Effect.scoped(program))
}
