/** What `decant plan` says before a sync is about what the sync then does. */
import type { ReadyStream, Source, StreamCheckpoint } from "@decant/connector"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { openSalesforce } from "../src/salesforce-source.ts"
import { tuning } from "../src/tuning.ts"
import { Emulator } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { newTable, pour } from "./table.ts"

const names = ["Contact", "TaskStatus", "Opportunity", "wins"]

layer(Emulator.with("--dataset", "demo"), { excludeTestServices: true, timeout: "1 minute" })(
  "a forecast",
  (it) => {
    it.effect("is close to the rows and calls that the sync then takes, and says what is left", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const spec = yield* org.spec(
          `[{ object: Contact }, { object: TaskStatus }, { object: Opportunity, where: "Amount > 100" }, { name: wins, soql: "SELECT Id FROM Opportunity WHERE IsWon = true" }]`,
          "  apiBudget: { org: 50%, own: 10% }"
        )
        // Whatever the time of day, nothing is due but the windows.
        const refresh = { formulas: "off", reconcile: "off" } as const
        const open = openSalesforce(
          { spec: { ...spec, refresh }, folder: spool },
          { ...tuning, mostRowsByRest: 300 }
        )
        const tables = new Map(names.map((name) => [name, newTable()]))
        const planned = Effect.fnUntraced(function* (source: Source) {
          const checkpoints = Object.fromEntries(
            [...tables].flatMap(
              ([name, { checkpoint }]): ReadonlyArray<readonly [string, StreamCheckpoint]> =>
                checkpoint === null ? [] : [[name, checkpoint]]
            )
          )
          const plans = yield* source.plan({ checkpoints, only: [], fullRefresh: [] })
          return plans.filter((plan): plan is ReadyStream => plan.status === "ready")
        })
        const synced = Effect.fnUntraced(function* () {
          const source = yield* open
          const plans = yield* planned(source)
          for (const plan of plans) {
            yield* pour(
              tables.get(plan.stream) ?? newTable(),
              source.read(plan, { spool, report: () => Effect.void })
            )
          }
          return new Map(
            yield* Effect.forEach(plans, ({ stream }) =>
              Effect.map(source.usage(stream), (usage) => [stream, usage] as const)
            )
          )
        })
        const foretold = Effect.fnUntraced(function* () {
          const source = yield* open
          const { streams, budget, sharedCalls } = yield* source.forecast(yield* planned(source))
          assert.isAbove(sharedCalls, 1)
          assert.isBelow(budget?.left ?? 0, 10_000)
          assert.isAbove(budget?.left ?? 0, 9_000)
          return streams
        })
        const first = yield* foretold()
        assert.deepStrictEqual(
          first.map(({ stream, api }) => [stream, api]),
          [
            ["Contact", "bulk"],
            ["TaskStatus", "rest"],
            ["Opportunity", "bulk"],
            ["wins", "bulk"]
          ]
        )
        const used = yield* synced()
        for (const { stream, apiCalls } of first) {
          if (stream === "wins") continue
          const real = used.get(stream)?.apiCalls ?? 0
          assert.isAtMost(Math.abs(real - apiCalls), 10, `${stream}: ${apiCalls} foretold, ${real} used`)
        }
        const ids = [...(tables.get("Contact")?.rows.keys() ?? [])].slice(0, 7)
        yield* org.control("POST", "clock", { advanceSeconds: 3600 })
        yield* org.records("Contact", { update: ids.map((Id) => ({ Id, Title: "moved" })) })
        const [contact, , opportunity] = yield* foretold()
        assert.deepStrictEqual(contact, { stream: "Contact", api: "rest", rows: 7, apiCalls: 1 })
        assert.deepStrictEqual([opportunity?.rows, opportunity?.apiCalls], [0, 3])
      }).pipe(Effect.scoped)
    )
  }
)
