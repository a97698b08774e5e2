import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { salesforce } from "../src/index.ts"
import { openSalesforce } from "../src/salesforce-source.ts"
import { tuning } from "../src/tuning.ts"
import { Emulator, type Org } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { type Cells, newTable, planOf, rowsOf, sync } from "./table.ts"

const streamOf = (soql: string, more = "") => `[{ name: wins, soql: "${soql}"${more} }]`

const opened = (org: Org, streams: string) =>
  Effect.gen(function* () {
    return yield* salesforce.open({ spec: yield* org.spec(streams), folder: "." })
  })

const rowsRead = (org: Org, soql: string, mostRowsByRest = tuning.mostRowsByRest) =>
  Effect.gen(function* () {
    const spool = yield* spoolFolder
    const spec = yield* org.spec(streamOf(soql))
    const source = yield* openSalesforce({ spec, folder: "." }, { ...tuning, mostRowsByRest })
    const { plan, advances } = yield* sync(source, "wins", newTable(), spool)
    const rows: ReadonlyArray<Cells> = advances.flatMap(({ segments }) => segments).flatMap(rowsOf)
    const usage = yield* source.usage("wins")
    return { plan, advances, rows, api: usage.api }
  })

layer(Emulator.with("--dataset", "demo"), { excludeTestServices: true, timeout: "1 minute" })(
  "a SOQL stream",
  (it) => {
    it.effect("has the rows and parents that its query selects, by REST and by Bulk", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const soql =
          "select Id, name, owner.Name, Account.Industry, Amount from opportunity where IsWon = true"
        const rest = yield* rowsRead(org, soql)
        const bulk = yield* rowsRead(org, soql, 3)
        assert.deepStrictEqual([rest.api, bulk.api], ["rest", "bulk"])
        const truth = yield* org.truth("Opportunity")
        const won = [...truth.values()].filter((row) => row.IsWon === true && row.IsDeleted === false)
        assert.isAbove(won.length, 5)
        for (const { plan, rows, advances } of [rest, bulk]) {
          assert.deepStrictEqual(plan.schema.key, ["Id"])
          assert.deepStrictEqual(
            plan.schema.columns.map(({ name, type }) => `${name} ${type.kind}`),
            ["Id text", "Name text", "Owner.Name text", "Account.Industry text", "Amount double"]
          )
          assert.strictEqual(rows.length, won.length)
          for (const row of rows) {
            assert.strictEqual(row.Name, truth.get(row.Id ?? "")?.Name)
            assert.notStrictEqual(row["Owner.Name"], "")
          }
          assert.isTrue(advances.at(-1)?.publish)
        }
      }).pipe(Effect.scoped)
    )

    it.effect("may group, with names and types for what it computes", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const { plan, rows } = yield* rowsRead(
          org,
          "SELECT StageName, COUNT(Id) deals, SUM(Amount), MAX(CloseDate) FROM Opportunity GROUP BY StageName"
        )
        assert.isNull(plan.schema.key)
        assert.deepStrictEqual(
          plan.schema.columns.map(({ name, type }) => `${name} ${type.kind}`),
          ["StageName text", "deals int64", "expr0 double", "expr1 date"]
        )
        const truth = [...(yield* org.truth("Opportunity")).values()].filter((row) => row.IsDeleted === false)
        assert.isAbove(rows.length, 3)
        for (const row of rows) {
          const stage = truth.filter(({ StageName }) => StageName === row.StageName)
          assert.strictEqual(Number(row.deals), stage.length)
          const days = stage.map(({ CloseDate }) => String(CloseDate)).toSorted()
          assert.strictEqual(row.expr1, days.at(-1))
        }
      }).pipe(Effect.scoped)
    )

    it.effect("is a new generation each time", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const source = yield* opened(org, streamOf("SELECT Id, Name FROM Account"))
        const table = newTable()
        yield* sync(source, "wins", table, spool)
        const [id = ""] = table.rows.keys()
        yield* org.records("Account", { delete: [id] })
        const { plan } = yield* sync(source, "wins", table, spool)
        assert.deepStrictEqual([plan.mode, plan.checkpoint.generation], ["full", 2])
        assert.isFalse(table.rows.has(id))
      }).pipe(Effect.scoped)
    )

    it.effect("that cannot be read says why and stays its own", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const cases: ReadonlyArray<readonly [string, string, RegExp]> = [
          ["SELEC Id FROM Account", "", /^STREAM_UNSUPPORTED/],
          ["SELECT COUNT() FROM Account", "", /COUNT\(Id\)/],
          ["SELECT Id, Nmae FROM Account", "", /Did you mean Name\?/],
          ["SELECT Id, (SELECT Id FROM Contacts) FROM Account", "", /stream of its own/],
          ["SELECT Id, BillingAddress FROM Account", "", /name its parts/],
          ["SELECT Name FROM Account", ", primaryKey: Id", /primaryKey Id is not one/],
          ["SELECT Id, Phone FROM Account", ", mask: { Phone: drop }", /out of the query/]
        ]
        for (const [soql, more, expected] of cases) {
          const source = yield* opened(org, `[${streamOf(soql, more).slice(1, -1)}, { object: User }]`)
          const plans = yield* source.plan({ checkpoints: {}, only: [], fullRefresh: [] })
          const texts = plans.map((plan) =>
            plan.status === "failed" ? `${plan.failure.code} ${plan.failure.message}` : plan.status
          )
          assert.match(texts.find((text) => text !== "ready") ?? "", expected)
          assert.include(texts, "ready")
        }
        const source = yield* opened(
          org,
          streamOf("SELECT Id, Phone FROM Account", ", mask: { Phone: hmac }")
        )
        const { schema } = yield* planOf(source, "wins", newTable())
        assert.deepStrictEqual(schema.columns[1]?.mask, { hmac: "acme" })
      }).pipe(Effect.scoped)
    )
  }
)
