/**
 * A process that commits, to be killed: `parquet-writer.ts FOLDER COMMITS ROWS`. It goes on from the version that
 * it finds. After version v there are 20 rows whose name is v, and v × ROWS rows more.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { account, commitAfter, segment } from "./account.ts"
import { parquetSubject } from "./parquet-subject.ts"
import { open } from "./subject.ts"

const [folder = "", commits = "1", rows = "10"] = process.argv.slice(2)
const say = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const program = Effect.gen(function* () {
  const spool = join(folder, `spool-${process.pid}`)
  mkdirSync(spool, { recursive: true })
  const destination = yield* open(parquetSubject, folder)
  const from = (yield* destination.checkpoints).streams.Account?.version ?? 0
  for (let version = from; version < from + Number(commits); version++) {
    const next = String(version + 1)
    const same = Array.from({ length: 20 }, (_, at) =>
      account(`001${String(at).padStart(3, "0")}`, version, { Name: next })
    )
    const more = Array.from({ length: Number(rows) }, (_, at) =>
      account(`002${next.padStart(4, "0")}${String(at).padStart(5, "0")}`, version)
    )
    yield* say(`begin ${next}`)
    yield* destination.commit(
      commitAfter(version, { segments: [segment(spool, { asOf: version, rows: [...same, ...more] })] })
    )
    yield* say(`done ${next}`)
  }
}).pipe(
  Effect.scoped,
  Effect.catch((failure) => say(`failed ${failure.code} ${failure.message}`))
)

await Effect.runPromise(program)
