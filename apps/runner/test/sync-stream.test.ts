/** A stream's way from the source to the destination, with a real database and segments made by hand. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  type Advance,
  type Destination,
  type Failure,
  newStreamCheckpoint,
  type ReadyStream,
  type Source,
  segmentId,
  type Work
} from "@decant/connector"
import { duckdb } from "@decant/destinations"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Duration, Effect, Semaphore, Stream } from "effect"
import { RunnerError } from "../src/runner-error.ts"
import { newTally } from "../src/sync/stream-tally.ts"
import { syncStream } from "../src/sync/sync-stream.ts"

const stamp = "2026-11-21T10:00:00.000Z"
const pageRows = 10

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "decant-stream-"))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const text = { kind: "text" } as const
const newWork: Work = { id: "w", kind: "rows", segments: { committed: [], expected: null } }
const plan: ReadyStream = {
  status: "ready",
  stream: "Thing",
  mode: "backfill",
  resumes: false,
  warnings: [],
  checkpoint: {
    ...newStreamCheckpoint({ phase: "backfill", cursorField: "SystemModstamp", now: stamp }),
    work: [newWork]
  },
  schema: {
    stream: "Thing",
    table: "Thing",
    key: ["Id"],
    guard: "SystemModstamp",
    deletes: { soft: "mark", hard: "mark", flag: null },
    history: false,
    columns: [
      { name: "Id", label: "Id", type: text, from: { header: "Id" } },
      {
        name: "SystemModstamp",
        label: "Stamp",
        type: { kind: "timestamp" },
        from: { header: "SystemModstamp" }
      }
    ],
    views: []
  }
}

const idOf = (row: number): string => `T${String(row).padStart(5, "0")}`
const header = '"Id","SystemModstamp"\n'
const pageBytes = header.length + pageRows * `"${idOf(0)}","${stamp}"\n`.length

/** One page of its own rows, on disk as the source leaves it. */
const page = (spool: string, number: number): Effect.Effect<Advance> =>
  Effect.promise(async () => {
    const path = join(spool, `page-${number}.csv`)
    const rows = Array.from({ length: pageRows }, (_, row) => `"${idOf(number * pageRows + row)}","${stamp}"`)
    const content = `${header}${rows.join("\n")}\n`
    await writeFile(path, content)
    return {
      segments: [
        {
          id: segmentId({ stream: "Thing", generation: 1, work: "w", locator: String(number) }),
          stream: "Thing",
          generation: 1,
          work: "w",
          effect: "upsert",
          files: [{ path, gzip: false, rows: pageRows, bytes: content.length }],
          header: ["Id", "SystemModstamp"],
          asOf: stamp,
          covers: {}
        }
      ],
      checkpoint: plan.checkpoint,
      publish: false
    } satisfies Advance
  })

/** Reads `pages` pages, then ends as told; notes how many files lay in the spool whenever a page was added. */
const sourceOf = (pages: number, end: Stream.Stream<Advance, Failure>, lying: Array<number>) =>
  ({
    read: (_plan, { spool }) =>
      Stream.range(0, pages - 1).pipe(
        Stream.rechunk(1),
        Stream.mapEffect((number) => page(spool, number)),
        Stream.tap(() => Effect.promise(async () => void lying.push((await readdir(spool)).length))),
        Stream.concat(end)
      )
  }) satisfies Pick<Source, "read">

const run = Effect.fnUntraced(function* (name: string, source: Pick<Source, "read">, pagesOfACommit: number) {
  const spool = join(folder, name)
  yield* Effect.promise(() => mkdir(spool))
  const opened: Destination = yield* duckdb.open({
    spec: {
      version: 1,
      name: "test",
      source: null,
      timezone: "UTC",
      refresh: { formulas: "off", reconcile: "off" },
      destination: {
        type: "duckdb",
        path: `${name}.duckdb`,
        schema: "salesforce",
        deletes: { soft: "mark", hard: "mark" },
        numbers: "double",
        lockTimeout: Duration.seconds(5)
      }
    },
    folder,
    orgId: "00D000000000001AAA",
    notice: () => Effect.void
  })
  const destination: Destination = {
    ...opened,
    capabilities: { ...opened.capabilities, commitBytes: pagesOfACommit * pageBytes }
  }
  const tally = newTally(plan, null)
  const recorded: Array<number> = []
  const result = yield* Effect.result(
    syncStream({
      plan,
      storedVersion: 0,
      source: source as Source,
      destination,
      checkpointFile: { record: (_, { version }) => Effect.sync(() => void recorded.push(version)) },
      spool,
      tally,
      turn: yield* Semaphore.make(1),
      report: () => Effect.void
    })
  )
  const { rows } = yield* destination.query("SELECT count(*) FROM Thing", { maxRows: 1, seconds: 10 })
  const checkpoint = (yield* destination.checkpoints).streams.Thing
  const left = yield* Effect.promise(() => readdir(spool))
  const [stored, open] = [checkpoint?.version, checkpoint?.work.length]
  return { result, tally, recorded, rows: rows[0]?.[0], stored, open, left }
})

describe("a stream", () => {
  it.live("is committed in groups, each on the version before it, and its files are deleted", () =>
    Effect.gen(function* () {
      const lying: Array<number> = []
      const ended = yield* run("groups", sourceOf(40, Stream.empty, lying), 5)
      assert.strictEqual(ended.result._tag, "Success")
      assert.deepStrictEqual([ended.rows, ended.tally.read, ended.tally.inserted], [400, 400, 400])
      assert.deepStrictEqual(
        ended.recorded,
        ended.recorded.map((_, index) => index + 1)
      )
      assert.strictEqual(ended.stored, ended.recorded.length)
      assert.strictEqual(ended.recorded.length, 8)
      assert.deepStrictEqual(ended.left, [])
    }).pipe(Effect.scoped)
  )

  it.live("is not downloaded further ahead than a commit and one page", () =>
    Effect.gen(function* () {
      const lying: Array<number> = []
      yield* run("ahead", sourceOf(60, Stream.empty, lying), 5)
      // What is being committed, what waits for the next commit, and the page that waits for room.
      assert.isAtMost(Math.max(...lying), 5 + 5 + 1)
      assert.isAbove(Math.max(...lying), 5)
    }).pipe(Effect.scoped)
  )

  // The test's clock stands still, so that no patience ends before what it waits for is there.
  it.effect.each([
    { name: "is committed with its last page", publish: false, commits: 1 },
    { name: "is a commit of its own when it publishes", publish: true, commits: 2 }
  ])("whose window ends $name", ({ name, publish, commits }) =>
    Effect.gen(function* () {
      const ending: Advance = { segments: [], checkpoint: { ...plan.checkpoint, work: [] }, publish }
      const ended = yield* run(name, sourceOf(5, Stream.make(ending), []), 5)
      assert.strictEqual(ended.result._tag, "Success")
      assert.deepStrictEqual([ended.rows, ended.open], [50, 0])
      assert.strictEqual(ended.recorded.length, commits)
    }).pipe(Effect.scoped)
  )

  const window = plan.checkpoint
  const rest = { ...window, work: [{ ...newWork, id: "next" }] }
  const anew = { ...rest, phase: "full", generation: 2 } as const
  it.effect.each([
    { name: "published generation is read on", phase: "full", publish: true, next: rest },
    { name: "published generation is read anew", phase: "full", publish: true, next: anew },
    { name: "window is read anew", phase: "backfill", publish: false, next: anew }
  ] as const)("whose $name at once commits that by itself", ({ name, phase, publish, next }) =>
    Effect.gen(function* () {
      const ending: Advance = { segments: [], checkpoint: { ...window, work: [] }, publish }
      const going: Advance = { segments: [], checkpoint: next, publish: false }
      const { read } = sourceOf(3, Stream.empty, [])
      const pages: Pick<Source, "read"> = {
        read: (of, context) =>
          read(of, context).pipe(
            Stream.map((advance) => ({ ...advance, checkpoint: { ...window, phase } })),
            Stream.concat(Stream.make(ending, going))
          )
      }
      const ended = yield* run(name, pages, 5)
      assert.strictEqual(ended.result._tag, "Success")
      assert.deepStrictEqual([ended.rows, ended.open, ended.recorded], [30, 1, [1, 2]])
    }).pipe(Effect.scoped)
  )

  const ended: Advance = { segments: [], checkpoint: plan.checkpoint, publish: false }
  const deleting = (advance: Advance): Advance => ({
    ...advance,
    segments: advance.segments.map((segment) => ({ ...segment, effect: "delete" }))
  })
  const changing = (advance: Advance): Advance => ({
    ...advance,
    checkpoint: { ...advance.checkpoint, phase: "incremental" }
  })
  const same = (advance: Advance): Advance => advance
  it.effect.each([
    { name: "is read on is committed with what has come already", of: 5, next: same, commits: 1 },
    { name: "is read on is not committed with more than a commit holds", of: 3, next: same, commits: 2 },
    { name: "is followed by deletes is committed before them", of: 5, next: deleting, commits: 2 },
    { name: "is followed by changes is committed before them", of: 5, next: changing, commits: 2 }
  ])("whose window $name", ({ name, of, next, commits }) =>
    Effect.gen(function* () {
      const { read } = sourceOf(5, Stream.empty, [])
      const pages: Pick<Source, "read"> = {
        read: (asked, context) =>
          read(asked, context).pipe(
            Stream.zipWithIndex,
            Stream.flatMap(([advance, at]) =>
              at < 3
                ? Stream.fromIterable(at === 2 ? [advance, ended] : [advance])
                : Stream.make(next(advance))
            )
          )
      }
      const { result, recorded, tally } = yield* run(name, pages, of)
      assert.strictEqual(result._tag, "Success")
      assert.deepStrictEqual([recorded.length, tally.read], [commits, 50])
    }).pipe(Effect.scoped)
  )

  it.live("names its jobs in one commit when they are made at once", () =>
    Effect.gen(function* () {
      const named = { ...ended, checkpoint: { ...plan.checkpoint, work: [newWork, { ...newWork, id: "v" }] } }
      const jobs: Pick<Source, "read"> = { read: () => Stream.fromIterable([ended, ended, ended, named]) }
      const { recorded, open } = yield* run("jobs", jobs, 5)
      assert.deepStrictEqual([recorded.length, open], [1, 2])
    }).pipe(Effect.scoped)
  )

  it.live("that breaks keeps what came before, and fails with what broke it", () =>
    Effect.gen(function* () {
      const broken = RunnerError.usage("the line went dead")
      const ended = yield* run("breaks", sourceOf(7, Stream.fail(broken), []), 5)
      assert.strictEqual(ended.result._tag === "Failure" && ended.result.failure, broken)
      assert.strictEqual(ended.rows, 70)
      assert.deepStrictEqual(ended.left, [])
    }).pipe(Effect.scoped)
  )
})
