import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  decodeCheckpoint,
  encodeCheckpoint,
  finishWindow,
  newStreamCheckpoint,
  segmentId,
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
