/**
 * What reading a large object in ranges of Ids brings: one object over a slow network (100 ms more for each call,
 * a rate for each connection), by one job and by several, with and without result pages in parallel.
 * `node bench/parts.ts [rows] [bytes a second]`; each line is the wall time of one reading, nothing is stored.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Stream } from "effect"
import { openSalesforce } from "../src/salesforce-source.ts"
import { tuning } from "../src/tuning.ts"
import { at, standBetween } from "../test/between.ts"
import { Emulator } from "../test/emulator.ts"

const rows = Number(process.argv[2] ?? 400_000)
const bytesPerSecond = Number(process.argv[3] ?? 2_000_000)

/** Sixteen pages, whatever the number of rows. */
const pageRows = Math.ceil(rows / 16)
const oneJob = { ...tuning, pageRows, partedFrom: Number.POSITIVE_INFINITY }
const inParts = (jobsAtOnce: number) => ({
  ...tuning,
  pageRows,
  partedFrom: 1,
  rowsPerPart: rows / 4,
  jobsAtOnce
})

const measured = (label: string, sizes: typeof tuning, pages: boolean) =>
  Effect.gen(function* () {
    const org = yield* Emulator
    const folder = yield* Effect.promise(() => mkdtemp(join(tmpdir(), "decant-parts-")))
    const url = yield* standBetween(org.url, { delayMillis: 100, bytesPerSecond })
    // Before version 58 pages follow one another by locator.
    const version = pages ? "" : '  apiVersion: "57.0"'
    const spec = at(yield* org.spec("[{ object: Account }]", version), url)
    const source = yield* openSalesforce({ spec, folder }, sizes)
    const [plan] = yield* source.plan({ checkpoints: {}, only: [], fullRefresh: [] })
    if (plan?.status !== "ready") throw new Error(JSON.stringify(plan))
    const begun = performance.now()
    let read = 0
    yield* source.read(plan, { spool: folder, report: () => Effect.void }).pipe(
      Stream.runForEach(({ segments }) =>
        Effect.promise(async () => {
          for (const file of segments.flatMap((segment) => segment.files)) {
            read += file.rows
            await rm(file.path)
          }
        })
      )
    )
    const seconds = (performance.now() - begun) / 1000
    const { apiCalls } = yield* source.usage("Account")
    yield* Effect.promise(() => rm(folder, { recursive: true, force: true }))
    process.stdout.write(`${label}: ${seconds.toFixed(2)} s, ${read} rows, ${apiCalls} calls\n`)
  }).pipe(Effect.scoped)

const program = Effect.gen(function* () {
  yield* measured("(the first readings make the org's pages: one job)", oneJob, true)
  yield* measured("(the first readings make the org's pages: 4 parts)", inParts(4), true)
  for (const pages of [true, false]) {
    const how = pages ? "pages in parallel" : "pages one after the other"
    yield* measured(`one job, ${how}`, oneJob, pages)
    yield* measured(`4 parts, 1 job at a time, ${how}`, inParts(1), pages)
    yield* measured(`4 parts, 2 jobs at once, ${how}`, inParts(2), pages)
    yield* measured(`4 parts, 4 jobs at once, ${how}`, inParts(4), pages)
  }
})

await Effect.runPromise(
  program.pipe(Effect.provide(Emulator.with("--dataset", "scale", "--rows", `Account=${rows}`)))
)
