/**
 * A process that commits the model's versions to a database, one after the other, to be killed: `postgres-writer.ts
 * URL FOLDER SEED VERSIONS PAGES`. Version 1 is a first load of several commits: `PAGES` pages of the model's rows,
 * each commit one page, of which the last makes the whole visible.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { Segment } from "@decant/connector"
import { Effect, Redacted } from "effect"
import { postgres } from "../src/index.ts"
import { commitAfter, segment } from "./account.ts"
import { changeOf, deletionOf, rowOf } from "./kill-model.ts"
import { plainHeader, plainSchema } from "./plain-account.ts"
import { open } from "./subject.ts"

const [url = "", folder = "", seedText = "0", most = "1000000", pagesText = "4"] = process.argv.slice(2)
const seed = Number(seedText)
const pages = Number(pagesText)
const say = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const subject = {
  name: "Postgres",
  connector: postgres,
  destination: () =>
    ({
      type: "postgres",
      url: Redacted.make(url),
      schema: "salesforce",
      naming: "preserve",
      deletes: { soft: "mark", hard: "mark" },
      numbers: "double"
    }) as const
}

const schema = plainSchema()

const named = (of: Segment, id: string): Segment => ({ ...of, id })

/** The commit after checkpoint version `stored`: pages of the load first, then one version of the model each. */
const commitOf = (spool: string, stored: number) => {
  if (stored < pages) {
    const { upserts } = changeOf(seed, 1)
    const size = Math.ceil(upserts.length / pages)
    const keys = upserts.slice(stored * size, (stored + 1) * size)
    const half = Math.ceil(keys.length / 2)
    const parts = [keys.slice(0, half), keys.slice(half)].map((part, index) =>
      named(
        segment(spool, {
          asOf: 1,
          work: "load",
          header: plainHeader,
          rows: part.map((key) => rowOf(key, 1))
        }),
        `load-${stored}-${index}`
      )
    )
    const last = stored === pages - 1
    return commitAfter(stored, {
      schema,
      phase: last ? "incremental" : "backfill",
      segments: parts,
      everything: true
    })
  }
  const version = stored - pages + 2
  const { upserts, deletes } = changeOf(seed, version)
  const rows = segment(spool, {
    asOf: version,
    header: plainHeader,
    rows: upserts.map((key) => rowOf(key, version))
  })
  const gone = segment(spool, {
    asOf: version,
    effect: "delete",
    header: ["Id", "SystemModstamp"],
    rows: deletes.map((key) => deletionOf(key, version))
  })
  return commitAfter(stored, {
    schema,
    segments: [named(rows, `rows-${version}`), named(gone, `gone-${version}`)]
  })
}

const program = Effect.gen(function* () {
  const spool = join(folder, "spool", String(process.pid))
  mkdirSync(spool, { recursive: true })
  const destination = yield* open(subject, folder)
  const from = (yield* destination.checkpoints).streams.Account?.version ?? 0
  for (let stored = from; stored < from + Number(most); stored++) {
    yield* say(`begin ${stored + 1}`)
    yield* destination.commit(commitOf(spool, stored))
    yield* say(`done ${stored + 1}`)
  }
}).pipe(
  Effect.scoped,
  Effect.catch((failure) => say(`failed ${failure.code} ${failure.message}`))
)

await Effect.runPromise(program)
