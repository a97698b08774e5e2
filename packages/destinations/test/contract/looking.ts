/** Looking into the copy: counts, run reports, and queries that are cut. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, second, segment } from "../account.ts"
import { openNew, rowsOf, type Subject } from "../subject.ts"

export const lookingContract = (subject: Subject): void => {
  const opened = openNew(subject)

  describe(`${subject.name}: looking into the copy`, () => {
    it.live("counts rows, live rows and distinct keys", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = [account("001A", 1), account("001B", 2, { IsDeleted: "true" }), account("001C", 3)]
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows })] }))
        assert.deepStrictEqual(yield* destination.inspect("Account", { kind: "counts" }), {
          kind: "counts",
          rows: 3,
          live: 2,
          distinctKeys: 3
        })
      })
    )

    it.live("keeps run reports", () =>
      Effect.gen(function* () {
        const { destination } = yield* opened
        const report = {
          runId: "run-1",
          name: "acme",
          status: "ok",
          startedAt: second(1),
          finishedAt: second(2),
          apiCalls: 9,
          bytes: 55_600_000,
          streams: []
        } as const
        yield* destination.recordRun(report)
        yield* destination.recordRun(report)
        assert.deepStrictEqual(
          yield* rowsOf(destination, "SELECT run_id, status, finished_at, api_calls FROM _decant.runs"),
          [["run-1", "ok", second(2), 9]]
        )
        const later = { ...report, runId: "run-2", finishedAt: second(5) }
        yield* destination.recordRun(later)
        yield* destination.recordRun({ ...later, runId: "run-3", name: "another spec" })
        const stored = yield* destination.runs(10)
        assert.deepStrictEqual(
          stored.map((text) => JSON.parse(text)),
          [later, report]
        )
        assert.strictEqual((yield* destination.runs(1)).length, 1)
      })
    )

    it.live("cuts a long result and says so", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = Array.from({ length: 20 }, (_, index) => account(`001${index}`, 1))
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows })] }))
        const cut = yield* destination.query(`SELECT "Id" FROM "Account"`, { maxRows: 5, seconds: 10 })
        assert.deepStrictEqual([cut.rows.length, cut.truncated], [5, true])
        const whole = yield* destination.query(`SELECT "Id" FROM "Account"`, { maxRows: 20, seconds: 10 })
        assert.deepStrictEqual([whole.rows.length, whole.truncated], [20, false])
      })
    )
  })
}
