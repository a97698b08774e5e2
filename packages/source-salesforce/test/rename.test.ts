/** A custom field that is renamed is known by the org's own id of it, and by nothing else. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { salesforce } from "../src/index.ts"
import {
  rememberLost,
  schemaDifference,
  storedFields,
  withFieldIds
} from "../src/streams/schema-fingerprint.ts"
import { Emulator, type Org } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, planOf, sync } from "./table.ts"

const opened = (org: Org, streams: string) =>
  Effect.gen(function* () {
    return yield* salesforce.open({ spec: yield* org.spec(streams), folder: "." })
  })

const rename = (org: Org, name: string, to: string) =>
  org.control("POST", "schema/Account", { changeField: { name, rename: to } })

const tooling = (requests: ReadonlyArray<string>) =>
  requests.filter((line) => line.includes("/tooling/query")).length

layer(Emulator.with("--dataset", "demo"), { excludeTestServices: true, timeout: "1 minute" })(
  "a renamed field",
  (it) => {
    it.effect("is named, read of all rows, and what the spec says of the old name holds on", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        yield* org.control("POST", "schema/Account", { addField: { name: "Tier__c", default: "gold" } })
        const account =
          "object: Account, fields: [Name, Tier__c, Website], mask: { Tier__c: hmac }, roles: { logo: Tier__c }"
        const source = yield* opened(org, `[{ ${account} }, { object: Wide__c }]`)
        const table = newTable()
        const refused = [{ errorCode: "MALFORMED_QUERY", message: "only one object at a time" }]
        yield* org.fault("/tooling/query", { status: 400, body: refused })
        const both = yield* source.plan({ checkpoints: {}, only: [], fullRefresh: [] })
        assert.isTrue(both.every(({ status }) => status === "ready"))
        const first = yield* sync(source, "Account", table, spool)
        assert.deepStrictEqual(first.plan.renamed, [])
        yield* org.forget
        assert.deepStrictEqual((yield* sync(source, "Account", table, spool)).plan.renamed, [])
        assert.strictEqual(tooling(yield* org.requests), 0)
        yield* rename(org, "Tier__c", "Level__c")
        const { plan } = yield* sync(source, "Account", table, spool)
        assert.deepStrictEqual(plan.renamed, [{ from: "Tier__c", to: "Level__c" }])
        assert.match(plan.warnings.join(), /Account.Tier__c is called Level__c in Salesforce now/)
        const level = plan.schema.columns.find(({ name }) => name === "Level__c")
        assert.deepStrictEqual(level?.mask, { hmac: "acme" })
        assert.isTrue(
          plan.schema.views.some((view) => view.kind === "roles" && view.roles.logo === "Level__c")
        )
        for (const row of table.rows.values()) {
          assert.deepStrictEqual([row.Level__c, row.Tier__c], ["gold", "gold"])
        }
        const later = yield* sync(source, "Account", table, spool)
        assert.deepStrictEqual(later.plan.renamed, [])
        assert.deepStrictEqual(later.plan.schema.columns.find(({ name }) => name === "Level__c")?.mask, {
          hmac: "acme"
        })
      }).pipe(Effect.scoped)
    )

    it.effect("is one that went and one that came where this user may not ask for ids", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        yield* org.control("POST", "schema/Account", { addField: { name: "Rank__c", default: "one" } })
        yield* org.fault(
          "/tooling/query",
          { status: 403, body: [{ errorCode: "INSUFFICIENT_ACCESS", message: "no" }] },
          100
        )
        const source = yield* opened(org, "[{ object: Account, fields: all }]")
        const table = newTable()
        yield* sync(source, "Account", table, spool)
        yield* org.forget
        yield* sync(source, "Account", table, spool)
        assert.strictEqual(tooling(yield* org.requests), 0)
        yield* rename(org, "Rank__c", "Order__c")
        const { plan } = yield* sync(source, "Account", table, spool)
        assert.deepStrictEqual(plan.renamed, [])
        yield* org.control("DELETE", "faults")
        const truth = yield* org.truth("Account")
        const [id, row] = [...truth][0] ?? []
        assert.strictEqual(table.rows.get(id ?? "")?.Order__c, row?.Order__c)
        assert.isDefined(yield* planOf(source, "Account", table))
        assert.deepStrictEqual(
          differences(table, truth).filter((line) => !/Rank__c/.test(line)),
          []
        )
      }).pipe(Effect.scoped)
    )

    it.effect("is not read in clear when it was masked and cannot be told from a new one", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        yield* org.control("POST", "schema/Account", {
          addField: { name: "Ssn__c", default: "078-05-1120" }
        })
        const refused = { status: 403, body: [{ errorCode: "INSUFFICIENT_ACCESS", message: "no" }] }
        yield* org.fault("/tooling/query", refused, 100)
        const all = "object: Account, fields: all"
        const table = newTable()
        yield* sync(yield* opened(org, `[{ ${all}, mask: { Ssn__c: hmac } }]`), "Account", table, spool)
        yield* rename(org, "Ssn__c", "Number__c")
        const source = yield* opened(org, `[{ ${all}, mask: { Ssn__c: hmac } }]`)
        const checkpoints = table.checkpoint === null ? {} : { Account: table.checkpoint }
        const [plan] = yield* source.plan({ checkpoints, only: [], fullRefresh: [] })
        assert.strictEqual(plan?.status, "failed")
        assert.match(
          plan?.status === "failed" ? `${plan.failure.code} ${plan.failure.message}` : "",
          /^MASK_UNCERTAIN Account.Ssn__c is masked and gone, and Number__c came/
        )
        for (const mask of ["{ Ssn__c: hmac, Number__c: hmac }", "{ Website: hmac }"]) {
          const told = yield* opened(org, `[{ ${all}, mask: ${mask} }]`)
          assert.isDefined(yield* planOf(told, "Account", table))
        }
        yield* org.control("DELETE", "faults")
      }).pipe(Effect.scoped)
    )

    it.effect("is remembered in the fingerprint beside marks that ids do not change", () =>
      Effect.sync(() => {
        const before = withFieldIds("where=1 Id=a Old__c=b", ["Old__c", "Id"], (name) =>
          name === "Old__c" ? "00N1" : null
        )
        assert.strictEqual(before, "where=1 Id=a:? Old__c=b:00N1")
        assert.deepStrictEqual(schemaDifference("where=1 Id=a Old__c=b", before).changed, [])
        const after = rememberLost(before, "where=1 Id=a New__c=c")
        assert.deepStrictEqual(
          storedFields(after).map(({ name, id, isLost }) => [name, id, isLost]),
          [
            ["Id", null, false],
            ["New__c", null, false],
            ["Old__c", "00N1", true]
          ]
        )
      })
    )
  }
)
