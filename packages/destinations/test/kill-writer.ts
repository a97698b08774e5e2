/** A process that commits version after version of the model until it is killed: `kill-writer.ts FOLDER SEED`. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { commitAfter, segment, withSchema } from "./account.ts"
import { duckdbSubject } from "./duckdb-subject.ts"
import { changeOf, deletionOf, rowOf } from "./kill-model.ts"
import { open } from "./subject.ts"

const [folder = "", seedText = "0", most = "1000000"] = process.argv.slice(2)
const seed = Number(seedText)
const schema = withSchema({ history: true })
const say = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const program = Effect.gen(function* () {
  const spool = join(folder, "spool", String(process.pid))
  mkdirSync(spool, { recursive: true })
  const destination = yield* open(duckdbSubject, folder)
  const from = (yield* destination.checkpoints).streams.Account?.version ?? 0
  for (let version = from + 1; version <= from + Number(most); version++) {
    const { upserts, deletes } = changeOf(seed, version)
    const rows = segment(spool, { asOf: version, rows: upserts.map((key) => rowOf(key, version)) })
    const gone = segment(spool, {
      asOf: version,
      effect: "delete",
      header: ["Id", "SystemModstamp"],
      rows: deletes.map((key) => deletionOf(key, version))
    })
    yield* say(`begin ${version}`)
    yield* destination.commit(
      commitAfter(version - 1, {
        schema,
        segments: [
          { ...rows, id: `rows-${version}` },
          { ...gone, id: `gone-${version}` }
        ]
      })
    )
    yield* say(`done ${version}`)
  }
}).pipe(
  Effect.scoped,
  Effect.catch((failure) => say(`failed ${failure.code} ${failure.message}`))
)

await Effect.runPromise(program)
