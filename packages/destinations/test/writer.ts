/**
 * A process that commits one segment after the other, to be killed: `writer.ts FOLDER ROWS COMMITS [USER]`.
 * The commit that makes version v holds rows v000000 … It goes on from the version that it finds.
 */
import { chmodSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { account, commitAfter, segment } from "./account.ts"
import { duckdbSubject } from "./duckdb-subject.ts"
import { open } from "./subject.ts"

const [folder = "", rows = "0", commits = "1", user] = process.argv.slice(2)
const say = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const program = Effect.gen(function* () {
  const spool = join(folder, "spool")
  mkdirSync(spool, { recursive: true })
  chmodSync(spool, 0o777)
  if (user !== undefined) process.setuid?.(Number(user))
  const destination = yield* open(duckdbSubject, folder)
  const from = (yield* destination.checkpoints).streams.Account?.version ?? 0
  for (let version = from; version < from + Number(commits); version++) {
    const one = segment(spool, {
      asOf: version,
      rows: Array.from({ length: Number(rows) }, (_, index) =>
        account(`${version}${String(index).padStart(6, "0")}`, 1, {
          Name: `${index}`.repeat(10),
          BillingStreet: `${index * 7919}`.repeat(5)
        })
      )
    })
    yield* say(`begin ${version + 1}`)
    yield* destination.commit(commitAfter(version, { phase: "backfill", segments: [one] }))
    yield* say(`done ${version + 1}`)
  }
}).pipe(
  Effect.scoped,
  Effect.catch((failure) => say(`failed ${failure.code} ${failure.message}`))
)

await Effect.runPromise(program)
