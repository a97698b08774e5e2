import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  decodeCheckpoint,
  encodeCheckpoint,
  finishWindow,
  moveParts,
  newStreamCheckpoint,
  segmentId,
  type Work,
  withCommitted
} from "../src/index.ts"

const now = "2026-11-21T10:00:00.000Z"
const stream = newStreamCheckpoint({ phase: "backfill", cursorField: "SystemModstamp", now })
const checkpoint = {
  version: 1 as const,
  name: "acme",
  orgId: "00D000000000001AAA",
  streams: { Account: stream }
}

describe("a checkpoint", () => {
  it.effect("survives its file", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* decodeCheckpoint("c.json", encodeCheckpoint(checkpoint)), checkpoint)
    })
  )

  it.effect("of a newer version is refused by number", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(decodeCheckpoint("c.json", '{"version":2,"anything":true}'))
      assert.strictEqual(error.code, "CHECKPOINT_NEWER")
      assert.include(error.message, "version 2")
    })
  )

  it.effect("that is torn, empty or has a foreign key is refused with its file's name", () =>
    Effect.gen(function* () {
      const text = encodeCheckpoint(checkpoint)
      for (const damaged of ["", text.slice(0, -20), text.replace('"cursor"', '"curser"'), "[]"]) {
        const error = yield* Effect.flip(decodeCheckpoint("c.json", damaged))
        assert.strictEqual(error.code, "CHECKPOINT_INVALID")
        assert.include(error.message, "c.json")
      }
    })
  )

  it("moves its cursor only when the window is finished", () => {
    const work = { id: "w", kind: "rows" as const, segments: { committed: [], expected: 2 } }
    const once = withCommitted(work, "s1")
    assert.deepStrictEqual(withCommitted(once, "s1"), once)
    const finished = finishWindow({ ...stream, work: [once] }, now)
    assert.deepStrictEqual([finished.cursor, finished.phase, finished.work], [now, "incremental", []])
  })
})

describe("a segment id", () => {
  const of = { stream: "Account", generation: 1, work: "w", locator: "MTAw" }

  it("never changes, as destinations store it", () => {
    // Destinations store these ids: another value would load every committed page again.
    assert.strictEqual(segmentId(of), "afd986f11669b842f48048ffc9c57e34")
  })

  it("differs when any part differs, also when the parts' texts run together alike", () => {
    const ids = [
      of,
      { ...of, stream: "Contact" },
      { ...of, generation: 2 },
      { ...of, work: "wM", locator: "TAw" },
      { ...of, locator: "MTAx" }
    ].map(segmentId)
    assert.strictEqual(new Set(ids).size, ids.length)
  })
})

describe("parts of a window that several writers move", () => {
  const part = (id: string, committed: ReadonlyArray<string> = []): Work => ({
    id,
    kind: "rows",
    ids: { from: null, to: null },
    segments: { committed, expected: null }
  })
  const stored = { ...newStreamCheckpoint({ phase: "backfill", cursorField: null, now }), version: 7 }
  const holding = (...work: ReadonlyArray<Work>) => ({ ...stored, work })
  const ids = (moved: ReturnType<typeof moveParts>) =>
    moved === null || moved === "moved" ? moved : moved.work.map(({ id }) => id)

  it("moves one item and leaves the others as they are, whoever has moved them meanwhile", () => {
    const moved = moveParts(holding(part("a", ["s1"]), part("b"), part("c")), {
      from: [part("b")],
      to: [part("b", ["s2"])]
    })
    assert.deepStrictEqual(moved, holding(part("a", ["s1"]), part("b", ["s2"]), part("c")))
  })

  it("puts the pieces of an item where it stood, and nothing where it is done", () => {
    const three = holding(part("a"), part("b"), part("c"))
    assert.deepStrictEqual(ids(moveParts(three, { from: [part("b")], to: [part("b1"), part("b2")] })), [
      "a",
      "b1",
      "b2",
      "c"
    ])
    assert.deepStrictEqual(ids(moveParts(three, { from: [part("b")], to: [] })), ["a", "c"])
  })

  it("refuses an item that another writer has moved", () => {
    const other = holding(part("a"), part("b", ["s9"]))
    assert.isNull(moveParts(other, { from: [part("b")], to: [part("b", ["s2"])] }))
    assert.isNull(moveParts(other, { from: [part("b")], to: [] }))
  })

  it("takes nothing out of nothing", () => {
    assert.isNull(moveParts(holding(part("a")), { from: [], to: [part("b")] }))
  })

  it("knows a move that was made already", () => {
    const move = { from: [part("b")], to: [part("b", ["s2"])] }
    assert.strictEqual(moveParts(holding(part("a"), part("b", ["s2"])), move), "moved")
    assert.strictEqual(moveParts(holding(part("a")), { from: [part("b")], to: [] }), "moved")
  })

  it("compares items by what they hold, not by the order of their keys", () => {
    const text =
      '{"segments":{"expected":null,"committed":[]},"ids":{"to":null,"from":null},"kind":"rows","id":"b"}'
    assert.deepStrictEqual(ids(moveParts(holding(part("b")), { from: [JSON.parse(text)], to: [] })), [])
  })
})
