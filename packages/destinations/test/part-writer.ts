/**
 * A process that reads parts of a first load page by page, whichever it finds, until none is left, it is killed or it
 * freezes: `part-writer.ts URL FOLDER SEED`. Odd pages are of a job of its own, even ones of a job that all share.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { Segment, Work } from "@decant/connector"
import { Effect, Redacted } from "effect"
import { postgres } from "../src/index.ts"
import { account, commitAfter, segment } from "./account.ts"
import { pagesOfPart, partWork, rowIds } from "./part-commits.ts"
import { plainHeader, plainSchema } from "./plain-account.ts"
import { randomBelow } from "./random-below.ts"
import { open } from "./subject.ts"

const [url = "", folder = "", seed = "0"] = process.argv.slice(2)
const random = randomBelow(Number(seed))
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

const nextPage = (spool: string, part: Work): Segment => {
  const page = part.segments.committed.length
  const rows = rowIds(`${part.id}${page}`, 200).map((id) => account(id, 1))
  const read = segment(spool, { work: part.id, asOf: 1, header: plainHeader, rows })
  return { ...read, id: `${part.id}-${page}${page % 2 === 1 ? `-${process.pid}` : ""}` }
}

const program = Effect.gen(function* () {
  const spool = join(folder, "spool", String(process.pid))
  mkdirSync(spool, { recursive: true })
  const destination = yield* open(subject, folder)
  const looking = Effect.retry(destination.checkpoints, {
    times: 10,
    while: ({ code }) => code === "DESTINATION_LOST"
  })
  while (true) {
    const stored = (yield* looking).streams.Account
    const part = stored?.work[random(stored.work.length)]
    if (stored === undefined || part === undefined) return yield* say("finished")
    const read = nextPage(spool, part)
    const committed = [...part.segments.committed, read.id]
    const to = committed.length === pagesOfPart ? [] : [partWork(part.id, committed)]
    const options = { schema: plainSchema(), phase: "backfill", segments: [read], everything: true } as const
    const commit = { ...commitAfter(stored.version, options), part: { from: [part], to } }
    yield* say("begin")
    yield* destination.commit(commit).pipe(
      Effect.andThen(say("done")),
      Effect.catchIf(
        (failure) => failure.code === "WRITER_CONFLICT",
        () => say("late")
      )
    )
  }
}).pipe(
  Effect.scoped,
  Effect.catch((failure) => say(`failed ${failure.code} ${failure.message}`))
)

await Effect.runPromise(program)
