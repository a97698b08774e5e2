import { newStreamCheckpoint, type StreamCheckpoint, type Work } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { separateParts } from "../src/read/whole-in-parts.ts"
import { schemaFingerprint } from "../src/streams/schema-fingerprint.ts"
import type { StreamDefinition } from "../src/streams/stream-definition.ts"
import {
  isParted,
  laterWork,
  partItem,
  replaceItem,
  rowsWork,
  wholeWork
} from "../src/streams/window-parts.ts"
import { finished, type PlanningContext, planWindow } from "../src/streams/window-plan.ts"
import { hashOf, newRowsWork, queryOf } from "../src/streams/work.ts"
import { definition as thing } from "./reading.ts"

const text = (name: string) =>
  ({ name, label: name, type: { kind: "text" }, from: { header: name } }) as const
const defined = (columns: ReadonlyArray<string>, where: string | null = null): StreamDefinition => {
  const schema = { ...thing.schema, columns: columns.map(text) }
  return { ...thing, schema, where, schemaFingerprint: schemaFingerprint(schema, where) }
}
const definition = defined(["Id", "Name"])

const now = "2026-11-21T10:00:00.000Z"
const context: PlanningContext = {
  now,
  lookback: Duration.minutes(10),
  apiVersion: "67.0",
  isDue: () => false,
  access: "old"
}

const window = { from: null, to: "2026-11-20T00:00:00.000Z" }
const middle = "2020-01-01T00:00:00.000Z"
const halves = [
  newRowsWork({ from: null, to: middle }),
  newRowsWork({ from: middle, to: window.to })
] as const
const quarter = { from: null, to: "003000000000005AAA" }
const formulas: Work = { ...newRowsWork(window), kind: "formulas", columns: ["Name"] }

const whole: StreamCheckpoint = {
  ...newStreamCheckpoint({ phase: "backfill", cursorField: "SystemModstamp", now }),
  version: 3,
  schemaFingerprint: definition.schemaFingerprint,
  accessFingerprint: "old",
  work: [newRowsWork(window), formulas]
}
const dropFirst = (checkpoint: StreamCheckpoint): StreamCheckpoint => replaceItem(checkpoint, [])

const parted = partItem(whole, halves)
const withJob = (
  checkpoint: StreamCheckpoint,
  job: Partial<NonNullable<Work["job"]>> = {}
): StreamCheckpoint => {
  const [first, ...others] = checkpoint.work
  assert.isDefined(first)
  const query = queryOf(definition, first as Work)
  const made = { id: "750", queryHash: hashOf(query), apiVersion: "67.0", createdAt: now, ...job }
  return { ...checkpoint, work: [{ ...(first as Work), job: made }, ...others] }
}
const plan = (
  checkpoint: StreamCheckpoint,
  of: { definition?: StreamDefinition; refresh?: boolean; access?: string } = {}
) =>
  planWindow(of.definition ?? definition, checkpoint, of.refresh ?? false, {
    ...context,
    access: of.access ?? context.access
  })

const idOf = (work: Work | undefined): string | undefined => work?.id

describe("a window in parts", () => {
  it("keeps its parts before what follows the rows, and stays whole for that", () => {
    assert.isFalse(isParted(whole))
    assert.isTrue(isParted(parted))
    assert.deepStrictEqual(rowsWork(parted), [...halves])
    assert.deepStrictEqual(laterWork(parted), [formulas])
    assert.deepStrictEqual(wholeWork(parted)?.window, window)
    assert.deepStrictEqual(
      parted.work.map(({ kind }) => kind),
      ["rows", "rows", "deletes", "formulas"]
    )
  })

  it("may have a part that is in parts itself, by Id", () => {
    const ids = [
      newRowsWork(halves[0].window, quarter),
      newRowsWork(halves[0].window, { from: quarter.to, to: null })
    ]
    const finer = partItem(parted, ids)
    assert.deepStrictEqual(rowsWork(finer).map(idOf), [...ids, halves[1]].map(idOf))
    assert.deepStrictEqual(rowsWork(dropFirst(finer)).map(idOf), [ids[1], halves[1]].map(idOf))
    assert.include(queryOf(definition, ids[0] as Work), "Id < '003000000000005AAA'")
    assert.include(queryOf(definition, ids[1] as Work), "Id >= '003000000000005AAA'")
  })

  it("moves the cursor over all of it once every part is done", () => {
    const end = finished(dropFirst(dropFirst(parted)), now).checkpoint
    assert.strictEqual(end.cursor, window.to)
    assert.strictEqual(end.formulasRefreshedAt, window.to)
    assert.deepStrictEqual(end.work, [])
  })
})

describe("parts that may be read apart", () => {
  const all = { from: null, to: window.to }
  const ranges = [newRowsWork(all, quarter), newRowsWork(all, { from: quarter.to, to: null })]

  it("are ranges of Ids of a whole reading, also the last one that is left", () => {
    const cut = partItem(whole, ranges)
    assert.deepStrictEqual(separateParts(cut), ranges)
    assert.deepStrictEqual(separateParts(dropFirst(cut)), ranges.slice(1))
    assert.deepStrictEqual(separateParts(dropFirst(dropFirst(cut))), [])
  })

  it("are none of a window that is not cut, or is cut by time, or of which only changes are read", () => {
    assert.deepStrictEqual(separateParts(whole), [])
    assert.deepStrictEqual(separateParts(parted), [])
    assert.deepStrictEqual(separateParts(partItem(parted, ranges)), [])
    const since = { from: middle, to: window.to }
    const changes = ranges.map(({ ids }) => newRowsWork(since, ids))
    assert.deepStrictEqual(separateParts(partItem({ ...whole, work: [newRowsWork(since)] }, changes)), [])
  })
})

describe("an interrupted run that was reading parts", () => {
  it("goes on with the job of its part", () => {
    const stored = withJob(parted)
    const { resumes, checkpoint, abandoned } = plan(stored)
    assert.isTrue(resumes)
    assert.isNull(abandoned)
    assert.deepStrictEqual(checkpoint.work, stored.work)
  })

  for (const [what, job] of [
    ["too old", { createdAt: "2026-11-13T10:00:00.000Z" }],
    ["of another version", { apiVersion: "66.0" }],
    ["of another query", { queryHash: "other" }]
  ] as const) {
    it(`makes a new job for its part when that job is ${what}, and keeps the parts that are done`, () => {
      const { resumes, checkpoint, abandoned } = plan(withJob(dropFirst(parted), job))
      assert.isTrue(resumes)
      assert.strictEqual(abandoned, "750")
      const [open] = rowsWork(checkpoint)
      assert.isUndefined(open?.job)
      assert.deepStrictEqual(open?.window, halves[1].window)
      assert.notStrictEqual(open?.id, halves[1].id)
    })
  }

  it("gives each part whose job is of no use another one, and keeps the jobs of the others", () => {
    const good = withJob(parted, {})
    const [first, second] = good.work
    const old = { ...second, job: { ...first?.job, queryHash: "other" } } as Work
    const { checkpoint } = plan({ ...good, work: [...good.work.slice(0, 1), old, ...good.work.slice(2)] })
    assert.deepStrictEqual(checkpoint.work[0], first)
    assert.isUndefined(checkpoint.work[1]?.job)
    assert.deepStrictEqual(checkpoint.work[1]?.window, halves[1].window)
  })

  it("goes on where no part has a job, and where all rows are in", () => {
    assert.isTrue(plan(parted).resumes)
    const rowsIn = dropFirst(dropFirst(parted))
    assert.isTrue(plan(rowsIn).resumes)
    assert.deepStrictEqual(plan(rowsIn).checkpoint.work, rowsIn.work)
  })

  it("begins the window anew when a column has come, the filter has changed or a full refresh is asked for", () => {
    for (const of of [
      { definition: defined(["Id", "Name", "Phone"]) },
      { definition: defined(["Id", "Name"], "Name != null") },
      { refresh: true }
    ]) {
      const { resumes, checkpoint } = plan(withJob(parted, { queryHash: "other" }), of)
      assert.isFalse(resumes)
      assert.isFalse(isParted(checkpoint))
    }
  })

  it("goes on without a column that was lost", () => {
    assert.isTrue(plan(parted, { definition: defined(["Id"]) }).resumes)
  })

  it("still knows what the user could see when its window began", () => {
    const { checkpoint } = plan(withJob(parted), { access: "new" })
    assert.strictEqual(checkpoint.accessFingerprint, "old")
    const next = plan(finished(dropFirst(dropFirst(checkpoint)), now).checkpoint, { access: "new" })
    assert.isTrue(next.checkpoint.work.some(({ kind }) => kind === "ids"))
    assert.strictEqual(next.checkpoint.accessFingerprint, "new")
  })
})
