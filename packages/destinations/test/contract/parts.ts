/**
 * Several writers of one stream, each with work items of its own: what each commits is in once, whatever the others
 * have committed meanwhile, and nothing is in of a writer that is too late.
 */
import type { Commit, Destination, Segment, Work } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, second, segment, withSchema } from "../account.ts"
import { cutIntoParts, pagesOfPart, partIds, partWork } from "../part-commits.ts"
import { randomBelow } from "../random-below.ts"
import { codeOf, open, openNew, rowsOf, type Subject } from "../subject.ts"
import { names, none } from "./counts.ts"

const [a = "", b = "", c = ""] = partIds(3)

/** As a writer commits that saw version 1. */
const move = (from: ReadonlyArray<Work>, to: ReadonlyArray<Work>, segments: ReadonlyArray<Segment>) =>
  ({
    ...commitAfter(1, { phase: "backfill", everything: true, segments }),
    part: { from, to }
  }) satisfies Commit

const done = (id: string, segments: ReadonlyArray<Segment>) => move([partWork(id)], [], segments)

const rowsOfPart = (at: string, id: string, keys: ReadonlyArray<string>, name?: string): Segment =>
  segment(at, {
    work: id,
    rows: keys.map((key) => account(key, 1, name === undefined ? {} : { Name: name }))
  })

const storedOf = (destination: Destination) =>
  Effect.map(destination.checkpoints, ({ streams }) => {
    const stored = streams.Account
    return { version: stored?.version ?? 0, work: stored?.work.map(({ id }) => id) ?? [] }
  })

/** The commit that ends the first load, made by whoever sees that no part is left. */
const conclude = Effect.fnUntraced(function* (destination: Destination, changes: Partial<Commit> = {}) {
  const { version, work } = yield* storedOf(destination)
  assert.deepStrictEqual(work, [])
  return yield* destination.commit({ ...commitAfter(version, { everything: true }), ...changes })
})

const idsOf = (destination: Destination) =>
  Effect.map(rowsOf(destination, names), (rows) => rows.map(([id]) => id))

const openTwo = Effect.fnUntraced(function* (subject: Subject) {
  const { at, destination } = yield* openNew(subject)
  return { at, destination, other: yield* open(subject, at) }
})

const meetingContract = (subject: Subject): void => {
  it.live("lands the parts of two writers that both know an old checkpoint, at once", () =>
    Effect.gen(function* () {
      const { at, destination, other } = yield* openTwo(subject)
      const cut = cutIntoParts([a, b, c], { checkpoint: { cursor: second(3) } })
      const codes = yield* Effect.all([codeOf(destination.commit(cut)), codeOf(other.commit(cut))], {
        concurrency: 2
      })
      assert.include(codes, "no failure")
      assert.strictEqual((yield* storedOf(destination)).version, 1)
      yield* Effect.all(
        [
          destination.commit(done(a, [rowsOfPart(at, a, ["001A1"])])),
          other.commit(done(b, [rowsOfPart(at, b, ["001B1"])]))
        ],
        { concurrency: 2 }
      )
      const stored = (yield* destination.checkpoints).streams.Account
      assert.deepStrictEqual([stored?.version, stored?.phase, stored?.cursor], [3, "backfill", second(3)])
      assert.deepStrictEqual(stored?.work, [partWork(c)])
      yield* other.commit(done(c, [rowsOfPart(at, c, ["001C1"])]))
      const result = yield* conclude(destination)
      assert.strictEqual(result.rows, 3)
      assert.deepStrictEqual(yield* idsOf(destination), ["001A1", "001B1", "001C1"])
      assert.strictEqual((yield* storedOf(other)).version, 5)
    })
  )

  it.live("takes a part page by page, cuts it, and moves it without rows", () =>
    Effect.gen(function* () {
      const { at, destination, other } = yield* openTwo(subject)
      yield* destination.commit(cutIntoParts([a]))
      const page = rowsOfPart(at, a, ["001A1"])
      const begun = partWork(a, [page.id])
      yield* destination.commit(move([partWork(a)], [begun], [page]))
      yield* other.commit(move([begun], [begun, partWork(b)], []))
      yield* destination.commit(done(b, [rowsOfPart(at, b, ["001B1"])]))
      yield* other.commit(move([begun], [], [rowsOfPart(at, a, ["001A2"])]))
      yield* conclude(other)
      assert.deepStrictEqual(yield* idsOf(destination), ["001A1", "001A2", "001B1"])
    })
  )

  it.live("has one row of a part that two writers commit at once", () =>
    Effect.gen(function* () {
      const { at, destination, other } = yield* openTwo(subject)
      yield* destination.commit(cutIntoParts([a]))
      const page = rowsOfPart(at, a, ["001A1", "001A2"])
      const codes = yield* Effect.all(
        [codeOf(destination.commit(done(a, [page]))), codeOf(other.commit(done(a, [page])))],
        { concurrency: 2 }
      )
      assert.deepStrictEqual(codes, ["no failure", "no failure"])
      assert.strictEqual((yield* storedOf(other)).version, 2)
      yield* conclude(destination)
      assert.deepStrictEqual(yield* idsOf(destination), ["001A1", "001A2"])
    })
  )
}

const refusedContract = (subject: Subject): void => {
  const late: ReadonlyArray<readonly [string, (commit: Commit) => Commit]> = [
    ["whose item another writer has finished", (commit) => commit],
    [
      "of another generation",
      (commit) => ({
        ...commit,
        part: { from: [partWork(b)], to: [] },
        checkpoint: { ...commit.checkpoint, generation: 2 },
        segments: commit.segments.map((one) => ({ ...one, generation: 2 }))
      })
    ],
    [
      "that leaves an item in another state",
      (commit) => ({ ...commit, part: { from: [partWork(b, ["other"])], to: [] } })
    ]
  ]
  it.live(`refuses a part whole, and its rows are nowhere: ${late.map(([which]) => which).join("; ")}`, () =>
    Effect.gen(function* () {
      const { at, destination, other } = yield* openTwo(subject)
      yield* destination.commit(cutIntoParts([a, b]))
      yield* destination.commit(done(a, [rowsOfPart(at, a, ["001A1"])]))
      for (const [which, made] of late) {
        const lost = made(done(a, [rowsOfPart(at, a, ["001A1", "001X"], "late")]))
        assert.strictEqual(yield* codeOf(other.commit(lost)), "WRITER_CONFLICT", which)
        assert.deepStrictEqual(yield* storedOf(other), { version: 2, work: [b] }, which)
      }
      yield* other.commit(done(b, [rowsOfPart(at, b, ["001B1"])]))
      yield* conclude(destination)
      assert.deepStrictEqual(yield* rowsOf(destination, names), [
        ["001A1", "Account 001A1"],
        ["001B1", "Account 001B1"]
      ])
    })
  )

  it.live("refuses a part of a stream that is not there, and one that would publish", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* openNew(subject)
      const part = done(a, [rowsOfPart(at, a, ["001A1"])])
      assert.strictEqual(yield* codeOf(destination.commit(part)), "WRITER_CONFLICT")
      yield* destination.commit(cutIntoParts([a]))
      assert.strictEqual(yield* codeOf(destination.commit({ ...part, publish: true })), "NOT_SUPPORTED")
      const foreign = { ...part, segments: part.segments.map((one) => ({ ...one, generation: 2 })) }
      assert.strictEqual(yield* codeOf(destination.commit(foreign)), "WRITER_CONFLICT")
      assert.deepStrictEqual(yield* storedOf(destination), { version: 1, work: [a] })
    })
  )

  it.live("changes nothing when a part is committed again, before and after the end", () =>
    Effect.gen(function* () {
      const { at, destination, other } = yield* openTwo(subject)
      yield* destination.commit(cutIntoParts([a, b]))
      const part = done(a, [rowsOfPart(at, a, ["001A1"])])
      yield* destination.commit(part)
      yield* other.commit(done(b, [rowsOfPart(at, b, ["001B1"])]))
      const again = yield* other.commit(part)
      assert.deepStrictEqual({ ...again, rows: 0 }, { ...none, rows: 0, schemaChanges: [] })
      assert.strictEqual((yield* storedOf(other)).version, 3)
      yield* conclude(destination)
      const late = yield* codeOf(other.commit(done(a, [rowsOfPart(at, a, ["001X"])])))
      assert.strictEqual(late, "WRITER_CONFLICT")
      assert.strictEqual(yield* codeOf(other.commit(part)), "no failure")
      assert.deepStrictEqual(yield* idsOf(destination), ["001A1", "001B1"])
      assert.strictEqual((yield* storedOf(other)).version, 4)
    })
  )
}

const laterContract = (subject: Subject): void => {
  it.live("fills a later generation beside the visible one, with history", () =>
    Effect.gen(function* () {
      const { at, destination, other } = yield* openTwo(subject)
      const schema = withSchema({ history: true })
      yield* destination.commit(
        commitAfter(0, {
          schema,
          segments: [segment(at, { rows: [account("001A1", 1), account("001Z", 1)] })]
        })
      )
      const cut = cutIntoParts([a, b], { schema, phase: "full", generation: 2 }, 1)
      yield* destination.commit(cut)
      const rows = (key: string, work: string, at2: number) =>
        segment(at, { generation: 2, asOf: 20, work, rows: [account(key, at2)] })
      const part = (id: string, segments: ReadonlyArray<Segment>): Commit => ({
        ...commitAfter(2, { schema, phase: "full", generation: 2, segments }),
        part: { from: [partWork(id)], to: [] }
      })
      yield* Effect.all(
        [destination.commit(part(a, [rows("001A1", a, 2)])), other.commit(part(b, [rows("001B1", b, 1)]))],
        { concurrency: 2 }
      )
      assert.deepStrictEqual(yield* idsOf(other), ["001A1", "001Z"])
      const end = commitAfter(0, {
        schema,
        phase: "full",
        generation: 2,
        publish: true,
        checkpoint: { version: 5 }
      })
      yield* conclude(other, { ...end, expectedVersion: 4 })
      assert.deepStrictEqual(
        yield* rowsOf(
          destination,
          `SELECT "Id", "SystemModstamp" FROM "Account" WHERE NOT "IsDeleted" ORDER BY 1`
        ),
        [
          ["001A1", second(2)],
          ["001B1", second(1)]
        ]
      )
      assert.deepStrictEqual(
        yield* rowsOf(
          destination,
          `SELECT "Id", valid_from, is_current FROM "Account_history" ORDER BY 1, 2`
        ),
        [
          ["001A1", second(1), false],
          ["001A1", second(2), true],
          ["001B1", second(1), true],
          ["001Z", second(1), false]
        ]
      )
    })
  )

  it.live("bars rows of a part that were deleted while it was read", () =>
    Effect.gen(function* () {
      const { at, destination, other } = yield* openTwo(subject)
      yield* destination.commit(cutIntoParts([a, b]))
      yield* other.commit(done(a, [rowsOfPart(at, a, ["001A1", "001A2"])]))
      const gone = segment(at, {
        asOf: 9,
        effect: "delete",
        header: ["Id", "SystemModstamp"],
        rows: ["001A2", "001B2"].map((Id) => ({ Id, SystemModstamp: second(8) }))
      })
      yield* destination.commit(
        commitAfter(2, { phase: "backfill", segments: [gone], checkpoint: { work: [partWork(b)] } })
      )
      yield* other.commit(done(b, [rowsOfPart(at, b, ["001B1", "001B2"])]))
      yield* conclude(destination)
      assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Id" FROM account_live ORDER BY 1`), [
        ["001A1"],
        ["001B1"]
      ])
    })
  )
}

interface Writer {
  readonly destination: Destination
  /** What it took the parts for when it last looked. */
  parts: ReadonlyMap<string, Work>
}

const pageOf = (at: string, id: string, page: number): Segment => ({
  ...segment(at, { work: id, rows: [0, 1].map((row) => account(`${id}${page}${row}`, 1)) }),
  id: `${id}-${page}`
})

/** The writer's next page of the part as it knows it; null when it knows nothing left of it. */
const nextCommit = (at: string, writer: Writer, id: string): Commit | null => {
  const part = writer.parts.get(id)
  if (part === undefined) return null
  const page = part.segments.committed.length
  const read = pageOf(at, id, page)
  const moved = page + 1 === pagesOfPart ? [] : [partWork(id, [...part.segments.committed, read.id])]
  return move([part], moved, [read])
}

const advance = Effect.fnUntraced(function* (at: string, writer: Writer, id: string) {
  const commit = nextCommit(at, writer, id)
  const code = commit === null ? "nothing left" : yield* codeOf(writer.destination.commit(commit))
  assert.include(["no failure", "WRITER_CONFLICT", "nothing left"], code)
  const stored = (yield* writer.destination.checkpoints).streams.Account
  // A writer that got through goes on with what it knows, as one does that never looks.
  const known = new Map(stored?.work.map((part) => [part.id, part]))
  if (code === "WRITER_CONFLICT") writer.parts = known
  else
    writer.parts = new Map([...writer.parts, ...(commit?.part?.to ?? []).map((to) => [to.id, to] as const)])
  if (code === "no failure" && commit?.part?.to.length === 0) {
    writer.parts = new Map([...writer.parts].filter(([key]) => key !== id))
  }
  return code
})

const interleavedContract = (subject: Subject): void => {
  const seed = Number(process.env.DECANT_SEED ?? Math.floor(Math.random() * 2 ** 31))

  it.live("holds the rows of one writer after any interleaving of three", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* openNew(subject)
      const ids = partIds(3)
      yield* destination.commit(cutIntoParts(ids))
      const parts = new Map(ids.map((id) => [id, partWork(id)]))
      const writers: ReadonlyArray<Writer> = [
        { destination, parts },
        { destination: yield* open(subject, at), parts },
        { destination: yield* open(subject, at), parts }
      ]
      const random = randomBelow(seed)
      const rounds = process.env.DECANT_SOAK === "1" ? 20 : 5
      for (let round = 0; round < rounds; round++) {
        const meeting = writers.filter(() => random(3) > 0)
        yield* Effect.forEach(meeting, (writer) => advance(at, writer, ids[random(ids.length)] ?? ""), {
          concurrency: "unbounded"
        })
      }
      const [last] = writers
      let [next] = (yield* storedOf(destination)).work
      while (last !== undefined && next !== undefined) {
        assert.notStrictEqual(yield* advance(at, last, next), "nothing left", `seed ${seed}`)
        next = (yield* storedOf(destination)).work[0]
      }
      yield* conclude(destination)
      const all = ids.flatMap((id) =>
        Array.from({ length: pagesOfPart }, (_, page) => [`${id}${page}0`, `${id}${page}1`]).flat()
      )
      assert.deepStrictEqual(yield* idsOf(destination), all, `seed ${seed}`)
      const version = ids.length * pagesOfPart + 2
      assert.strictEqual((yield* storedOf(destination)).version, version, `seed ${seed}`)
    })
  )
}

export const partsContract = (subject: Subject): void => {
  describe(`${subject.name}: parts of a stream, by several writers`, () => {
    meetingContract(subject)
    refusedContract(subject)
    laterContract(subject)
    interleavedContract(subject)
  })
}
