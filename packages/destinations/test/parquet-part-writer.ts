/** A process that commits parts that were cut before: `parquet-part-writer.ts FOLDER ROWS PART…`. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { parquetSubject } from "./parquet-subject.ts"
import { commitOfPart } from "./part-commits.ts"
import { open } from "./subject.ts"

const [folder = "", rows = "10", ...parts] = process.argv.slice(2)
const say = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const program = Effect.gen(function* () {
  const spool = join(folder, `spool-${process.pid}`)
  mkdirSync(spool, { recursive: true })
  const destination = yield* open(parquetSubject, folder)
  for (const id of parts) {
    yield* destination.commit(commitOfPart(spool, id, { rows: Number(rows) }))
    yield* say(`done ${id}`)
  }
}).pipe(
  Effect.scoped,
  Effect.catch((failure) => say(`failed ${failure.code} ${failure.message}`))
)

await Effect.runPromise(program)
