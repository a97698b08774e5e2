import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { salesforce } from "../src/index.ts"
import { Emulator, type Org } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, planOf, pour, rowsOf, sync } from "./table.ts"

const opened = (org: Org, streams: string) =>
  Effect.gen(function* () {
    return yield* salesforce.open({ spec: yield* org.spec(streams), folder: "." })
  })

layer(Emulator.with("--dataset", "demo"), { excludeTestServices: true })("a sync of the demo org", (it) => {
  it.effect("reads each object whole, then nothing, then exactly what changed", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(
        org,
        "[{ object: Account }, { object: Contact }, { object: Opportunity }, { object: User }]"
      )
      assert.strictEqual(source.identity.orgId, org.orgId)
      for (const object of ["Account", "Contact", "Opportunity", "User"]) {
        const table = newTable()
        const { plan } = yield* sync(source, object, table, spool)
        assert.strictEqual(plan.mode, "backfill")
        const truth = yield* org.truth(object)
        assert.isAbove(truth.size, 10)
        assert.deepStrictEqual(differences(table, truth), [])
        assert.strictEqual(table.read, truth.size)
        const again = yield* sync(source, object, table, spool)
        assert.strictEqual(again.plan.mode, "incremental")
        assert.deepStrictEqual(differences(table, truth), [])
      }
    }).pipe(Effect.scoped)
  )

  it.effect("follows inserts, updates, soft deletes, undeletes and merges", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org, "[{ object: Account, fields: all }]")
      const table = newTable()
      yield* sync(source, "Account", table, spool)
      const [a = "", b = "", c = "", d = ""] = [...(yield* org.truth("Account"))]
        .filter(([, row]) => row.IsDeleted === false)
        .map(([id]) => id)
      yield* org.records("Account", {
        insert: [{ Name: 'New "quoted"\nline, N/A' }],
        update: [{ Id: a, Name: "null", AnnualRevenue: 16147805824397 }],
        delete: [b],
        merge: { master: c, losers: [d] }
      })
      yield* sync(source, "Account", table, spool)
      assert.deepStrictEqual(differences(table, yield* org.truth("Account")), [])
      assert.strictEqual(table.rows.get(b)?.IsDeleted, "true")
      assert.strictEqual(table.rows.get(d)?.MasterRecordId, c)
      yield* org.records("Account", { undelete: [b], update: [{ Id: a, Name: "once" }] })
      yield* org.records("Account", { update: [{ Id: a, Name: "twice in a second" }] })
      yield* sync(source, "Account", table, spool)
      assert.deepStrictEqual(differences(table, yield* org.truth("Account")), [])
      assert.strictEqual(table.rows.get(b)?.IsDeleted, "false")
    }).pipe(Effect.scoped)
  )

  it.effect("follows the org's clock and finds rows that became visible after their stamp", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org, "[{ object: Contact }]")
      const table = newTable()
      yield* sync(source, "Contact", table, spool)
      const early = yield* org.records("Contact", { insert: [{ LastName: "Late" }], lateCommitSeconds: 480 })
      const [late = ""] = early.inserted ?? []
      yield* org.control("POST", "clock", { advanceSeconds: 240 })
      yield* org.records("Contact", { insert: [{ LastName: "On time" }] })
      yield* sync(source, "Contact", table, spool)
      assert.isFalse(table.rows.has(late))
      yield* org.control("POST", "clock", { advanceSeconds: 241 })
      const { plan } = yield* sync(source, "Contact", table, spool)
      assert.isTrue((table.rows.get(late)?.SystemModstamp ?? "") < (plan.checkpoint.cursor ?? ""))
      assert.deepStrictEqual(differences(table, yield* org.truth("Contact")), [])
    }).pipe(Effect.scoped)
  )

  it.effect("puts addresses together equal to REST's own, by Bulk and by REST", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org, "[{ object: Account }]")
      const table = newTable()
      const { plan } = yield* sync(source, "Account", table, spool)
      const ids = [...table.rows.keys()].slice(0, 40)
      yield* org.records("Account", { update: ids.map((Id) => ({ Id, Name: "moved" })) })
      yield* sync(source, "Account", table, spool)
      const address = plan.schema.columns.find(({ name }) => name === "BillingAddress")?.from
      const parts = address !== undefined && "struct" in address ? Object.entries(address.struct) : []
      assert.isAbove(parts.length, 7)
      let full = 0
      for (const [id, row] of yield* org.truth("Account")) {
        const cells = table.rows.get(id) ?? {}
        const rebuilt = parts.map(([key, header]) => [key, cells[header] ?? "missing"])
        const rest = row.BillingAddress as Readonly<Record<string, unknown>> | null
        if (rest !== null) full++
        const expected = parts.map(([key]) => [key, String(rest?.[key] ?? "")])
        assert.deepStrictEqual(rebuilt, expected, id)
      }
      assert.isAbove(full, 100)
    }).pipe(Effect.scoped)
  )

  it.effect("reads what the roles name, whatever the org calls it", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const custom = (yield* (yield* opened(org, "[{ object: Account }]")).discover([
        "Account"
      ])).objects[0]?.fields
        .filter((field) => field.custom)
        .map(({ name }) => name)
      const [logo = "", reference = "", rights = ""] = custom ?? []
      const source = yield* opened(
        org,
        `[{ object: Account, roles: { logo: ${logo}, reference: ${reference}, marketingRights: ${rights} } }]`
      )
      const plan = yield* planOf(source, "Account", newTable())
      assert.deepStrictEqual(
        plan.schema.views.map((view) => view.name),
        ["Account_live", "account_roles", "account_survivors"]
      )
      const roles = plan.schema.views.find((view) => view.kind === "roles")
      assert.deepStrictEqual(roles?.kind === "roles" ? roles.roles : null, {
        logo,
        reference,
        marketing_rights: rights
      })
    }).pipe(Effect.scoped)
  )

  it.effect("fills a new generation on a full refresh and publishes it", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org, "[{ object: User }]")
      const table = newTable()
      yield* sync(source, "User", table, spool)
      const { plan, advances } = yield* sync(source, "User", table, spool, { refresh: true })
      assert.strictEqual(plan.mode, "full")
      assert.deepStrictEqual(
        advances.map(({ publish }) => publish),
        [false, false, true]
      )
      assert.strictEqual(table.checkpoint?.phase, "incremental")
      assert.strictEqual(table.checkpoint?.generation, 2)
      assert.deepStrictEqual(differences(table, yield* org.truth("User")), [])
    }).pipe(Effect.scoped)
  )

  it.effect("costs a back-fill of four objects few calls and an increment without changes seven in all", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const names = ["Account", "Contact", "Opportunity", "User"]
      const spec = `[${names.map((object) => `{ object: ${object} }`).join(", ")}]`
      const tables = new Map(names.map((name) => [name, newTable()]))
      const run = Effect.gen(function* () {
        const source = yield* opened(org, spec)
        const plans = yield* source.plan({
          checkpoints: Object.fromEntries(
            [...tables].flatMap(([name, { checkpoint }]) => (checkpoint === null ? [] : [[name, checkpoint]]))
          ),
          only: [],
          fullRefresh: []
        })
        for (const plan of plans) {
          const table = tables.get(plan.stream)
          if (plan.status === "ready" && table !== undefined) {
            yield* pour(table, source.read(plan, { spool, report: () => Effect.void }))
          }
        }
        const used = yield* Effect.forEach([null, ...names], (name) => source.usage(name))
        return used.reduce((calls, { apiCalls }) => calls + apiCalls, 0)
      }).pipe(Effect.scoped)
      yield* run
      yield* org.forget
      assert.strictEqual(yield* run, 7)
      const counted = (yield* org.requests).filter((line) => line.includes("/services/data/v"))
      assert.strictEqual(counted.length, 7, counted.join("\n"))
    }).pipe(Effect.scoped)
  )

  it.effect("are private files whose rows are what their segment says, in both datetime forms", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org, "[{ object: Account }]")
      const table = newTable()
      const bulk = yield* sync(source, "Account", table, spool)
      const [id = ""] = [...table.rows.keys()]
      yield* org.records("Account", { update: [{ Id: id, Name: "changed" }] })
      const rest = yield* sync(source, "Account", table, spool)
      const segments = [...bulk.advances, ...rest.advances].flatMap((advance) => advance.segments)
      for (const segment of segments) {
        assert.strictEqual(rowsOf(segment).length, segment.files[0]?.rows)
        assert.deepStrictEqual(Object.keys(rowsOf(segment)[0] ?? {}), [...segment.header])
      }
      for (const name of yield* Effect.promise(() => readdir(spool))) {
        const { mode } = yield* Effect.promise(() => stat(join(spool, name)))
        assert.strictEqual(mode & 0o777, 0o600)
      }
      // What came compressed is inflated once, when it is checked.
      assert.isTrue(segments.every(({ files }) => files[0]?.gzip === false))
      assert.deepStrictEqual(differences(table, yield* org.truth("Account")), [])
    }).pipe(Effect.scoped)
  )

  it.effect("stays its own and names the nearest object or field", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const source = yield* opened(
        org,
        "[{ object: Acount }, { object: Contact, fields: [Emial] }, { object: User }, { name: wins, soql: SELECT Id FROM Acount }]"
      )
      const plans = yield* source.plan({ checkpoints: {}, only: [], fullRefresh: [] })
      const texts = plans.map((plan) =>
        plan.status === "failed" ? `${plan.failure.code} ${plan.failure.message}` : plan.status
      )
      assert.match(texts[0] ?? "", /^OBJECT_UNKNOWN .*Did you mean Account\?/)
      assert.match(texts[1] ?? "", /^FIELD_UNKNOWN .*Did you mean Email\?/)
      assert.strictEqual(texts[2], "ready")
      assert.match(texts[3] ?? "", /^OBJECT_UNKNOWN .*Did you mean Account\?/)
      const error = yield* Effect.flip(source.plan({ checkpoints: {}, only: ["Usr"], fullRefresh: [] }))
      assert.match(`${error.code} ${error.message}`, /^STREAM_UNKNOWN .*Did you mean User\?/)
    }).pipe(Effect.scoped)
  )

  it.effect("globs take what fits, named objects beat them, excludes leave out", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const source = yield* opened(org, "[{ object: Account, fields: [Name] }, { object: '*' }]")
      const plans = yield* source.plan({ checkpoints: {}, only: [], fullRefresh: [] })
      const streams = plans.map(({ stream }) => stream)
      assert.includeMembers([...streams], ["Account", "Contact", "Opportunity", "User"])
      assert.strictEqual(new Set(streams).size, streams.length)
      const account = plans.find(({ stream }) => stream === "Account")
      assert.isTrue(account?.status === "ready" && account.schema.columns.length < 8)
    }).pipe(Effect.scoped)
  )

  it.effect("check and discover tell the same", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const source = yield* opened(org, "[{ object: Account }, { object: Acount, name: Typo }]")
      const lines = yield* source.check
      assert.includeMembers(
        lines.map(({ name, status }) => `${name} ${status}`),
        ["login ok", "API calls ok", "Account ok", "Typo fail"]
      )
      const { objects } = yield* source.discover(["Account"])
      const address = objects[0]?.fields.find(({ name }) => name === "BillingAddress")
      assert.strictEqual(address?.type?.kind, "struct")
      assert.isAbove((yield* source.discover([])).objects.length, 3)
    }).pipe(Effect.scoped)
  )
})
