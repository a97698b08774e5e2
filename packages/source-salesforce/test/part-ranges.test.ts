/** How even the ranges are that a large object is cut into, whatever its Ids are like. */
import type { IdRange } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { partRanges } from "../src/read/part-ranges.ts"
import { readingOf } from "./reading.ts"
import { type Answer, clientOf, json, refuse } from "./wire.ts"

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
const PARTS = 10
const ROWS = 20_000

/** As Salesforce makes them: the object, the instance on which the row was made, a number. */
const idOf = (instance: string, number: number): string => {
  let [rest, text] = [number, ""]
  while (text.length < 9) {
    text = (DIGITS[rest % 62] ?? "") + text
    rest = Math.floor(rest / 62)
  }
  return `003${instance}${text}AAA`
}

const run = (instance: string, rows: number, from = 1_000_000, step = 1): ReadonlyArray<string> =>
  Array.from({ length: rows }, (_, index) => idOf(instance, from + index * step))

/** Where the first range begins and the last one ends is open. */
const boundsOf = (ids: ReadonlyArray<string>, { from, to }: IdRange): readonly [number, number] => {
  const place = (bound: string): number => {
    let [low, high] = [0, ids.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ids[middle] ?? "").slice(0, 15) < bound.slice(0, 15)) low = middle + 1
      else high = middle
    }
    return low
  }
  const first = from === null ? 0 : place(from)
  return [first, Math.max(first, to === null ? ids.length : place(to))]
}

const boundIn = (query: string, sign: string): string | null =>
  new RegExp(`Id ${sign} '([^']+)'`).exec(query)?.[1] ?? null

interface Org {
  /** What Salesforce expects of so many rows; null where it refuses to say. */
  readonly explain?: ((rows: number) => number) | null
  readonly counts?: boolean
}

const orgOf =
  (ids: ReadonlyArray<string>, { explain = (rows) => rows, counts = true }: Org): Answer =>
  ({ path }, response) => {
    const asked = new URL(path, "http://org").searchParams
    const query = asked.get("explain") ?? asked.get("q") ?? ""
    const [first, end] = boundsOf(ids, { from: boundIn(query, ">="), to: boundIn(query, "<") })
    if (asked.has("explain")) {
      if (explain === null) return refuse(response, 404, "NOT_FOUND", "The requested resource does not exist")
      return json(response, 200, { plans: [{ cardinality: explain(end - first) }] })
    }
    if (query.includes("COUNT()")) {
      return counts
        ? json(response, 200, { totalSize: end - first, records: [] })
        : refuse(response, 400, "QUERY_TIMEOUT", "Your query request was running for too long.")
    }
    const id = query.includes(" DESC ") ? ids[end - 1] : ids[first]
    const records = end === first ? [] : [{ Id: id }]
    return json(response, 200, { totalSize: records.length, records })
  }

const cut = (unsorted: ReadonlyArray<string>, org: Org = {}) =>
  Effect.gen(function* () {
    const ids = unsorted.toSorted()
    const { client, asked } = yield* clientOf(orgOf(ids, org))
    const reading = yield* readingOf(client)
    const ranges = (yield* partRanges(reading, { rows: ids.length, parts: PARTS })) ?? []
    const sizes = ranges.map((range) => {
      const [first, end] = boundsOf(ids, range)
      return end - first
    })
    assert.strictEqual(
      sizes.reduce((sum, rows) => sum + rows, 0),
      ids.length
    )
    assert.deepStrictEqual([ranges[0]?.from, ranges.at(-1)?.to], [null, null])
    return { sizes, share: ids.length / PARTS, calls: asked.length }
  }).pipe(Effect.scoped)

const expectEven = ({ sizes, share, calls }: Effect.Success<ReturnType<typeof cut>>, most = 2) => {
  assert.isAtLeast(sizes.length, PARTS / 2)
  assert.isAtMost(sizes.length, PARTS * 2)
  assert.isAtMost(Math.max(...sizes), share * most)
  assert.isAtMost(calls, PARTS * 10)
}

const data = {
  "that follow one another": run("5g0", ROWS),
  "of three instances": [
    ...run("1U0", ROWS * 0.1),
    ...run("5g0", ROWS * 0.3, 70_000_000),
    ...run("Hs0", ROWS * 0.6)
  ],
  "of twelve instances": [..."147ACGKPUbhq"].flatMap((char, index) =>
    run(`${char}g0`, index === 4 ? ROWS * 0.45 : ROWS * 0.05, 10 ** (index % 6))
  ),
  "of which most were deleted here and there": [
    ...run("5g0", ROWS * 0.2),
    ...run("5g0", ROWS * 0.2, 2_000_000, 400),
    ...run("5g0", ROWS * 0.5, 60_000_000, 3),
    ...run("5g0", ROWS * 0.1, 90_000_000, 9000)
  ],
  "that follow one another but for two": [idOf("000", 7), ...run("5g0", ROWS - 2), idOf("zz0", 7)]
}

describe("ranges of Ids", () => {
  for (const [what, ids] of Object.entries(data)) {
    it.live(`${what} have no more than twice the rows that each should have`, () =>
      Effect.map(cut(ids), expectEven)
    )
    it.live(`${what} are so too where Salesforce does not explain queries, and counts`, () =>
      Effect.map(cut(ids, { explain: null }), expectEven)
    )
  }

  it.live("leave out the gaps where Salesforce does neither", () =>
    Effect.gen(function* () {
      for (const what of [
        "that follow one another",
        "of three instances",
        "of twelve instances",
        "that follow one another but for two"
      ] as const) {
        expectEven(yield* cut(data[what], { explain: null, counts: false }))
      }
    })
  )

  it.live("do not trust an expectation that is the same of every range", () =>
    Effect.gen(function* () {
      expectEven(yield* cut(data["of three instances"], { explain: () => ROWS }))
      expectEven(yield* cut(data["of three instances"], { explain: () => 0 }))
    })
  )

  it.live("bear expectations that are out by a quarter", () =>
    Effect.gen(function* () {
      const explain = (rows: number): number => Math.round(rows * (0.75 + (rows % 51) / 100))
      for (const ids of Object.values(data)) expectEven(yield* cut(ids, { explain }), 2.5)
    })
  )
})
