import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { salesforce } from "../src/index.ts"
import { halveWindow } from "../src/streams/halve-window.ts"
import { Emulator } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, planOf, pour, rowsOf, sync } from "./table.ts"

const failed = {
  status: 200,
  body: { id: "750", state: "Failed", errorMessage: "Retried more than fifteen times" }
}

layer(Emulator.with("--dataset", "demo"), { excludeTestServices: true, timeout: "1 minute" })(
  "a job that fails",
  (it) => {
    it.effect("is followed by two for the halves of its window, which together have every row once", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const source = yield* salesforce.open({ spec: yield* org.spec("[{ object: Contact }]"), folder: "." })
        const table = newTable()
        yield* org.forget
        yield* org.fault("/jobs/query/750", failed, 3)
        const { advances } = yield* sync(source, "Contact", table, spool)
        const truth = yield* org.truth("Contact")
        assert.deepStrictEqual(differences(table, truth), [])
        const rows = advances.flatMap(({ segments }) => segments).flatMap(rowsOf)
        assert.strictEqual(rows.length, truth.size)
        const made = (yield* org.requests).filter(
          (line) => line.startsWith("POST") && line.endsWith("/jobs/query")
        )
        assert.isAtLeast(made.length, 5)
        assert.strictEqual(table.checkpoint?.phase, "incremental")
      }).pipe(Effect.scoped)
    )

    it.effect("is not asked for in parts when somebody stopped it", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const source = yield* salesforce.open({ spec: yield* org.spec("[{ object: User }]"), folder: "." })
        const table = newTable()
        yield* org.fault("/jobs/query/750", { status: 200, body: { id: "750", state: "Aborted" } }, 1)
        const plan = yield* planOf(source, "User", table)
        const error = yield* Effect.flip(pour(table, source.read(plan, { spool, report: () => Effect.void })))
        assert.strictEqual(error.code, "JOB_FAILED")
        assert.isNull(table.checkpoint?.cursor ?? null)
      }).pipe(Effect.scoped)
    )

    it.effect("has halves that meet at a whole second, down to one second", () =>
      Effect.sync(() => {
        assert.deepStrictEqual(
          halveWindow({ from: "2026-11-21T10:00:00.000Z", to: "2026-11-21T10:00:03.000Z" }),
          [
            { from: "2026-11-21T10:00:00.000Z", to: "2026-11-21T10:00:01.000Z" },
            { from: "2026-11-21T10:00:01.000Z", to: "2026-11-21T10:00:03.000Z" }
          ]
        )
        assert.isNull(halveWindow({ from: "2026-11-21T10:00:00.000Z", to: "2026-11-21T10:00:01.000Z" }))
        assert.isNull(halveWindow({ from: null, to: "2026-11-21T10:00:01.000Z" })?.[0].from)
      })
    )
  }
)
