import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { change, query, truth } from "./support/queries.ts"

const root = "/services/data/v67.0"

let readers = 0

/** A user without View All Data, and calls with a token of that user's. */
const reader = Effect.gen(function* () {
  const { control, bare, token } = yield* EmulatedOrg
  const [profile] = (yield* query("SELECT Id FROM Profile WHERE Name = 'Standard User'")).json.records
  readers += 1
  const Username = `reader${readers}@emulator.example`
  const { inserted } = yield* change("User", {
    insert: [
      { Username, LastName: "Reader", Alias: "r", Email: Username, IsActive: true, ProfileId: profile.Id }
    ]
  })
  const client = { clientId: `reader${readers}`, clientSecret: "secret" }
  yield* control("apps", { ...client, flows: ["client_credentials"], runAs: Username })
  const { json } = yield* token({
    grant_type: "client_credentials",
    client_id: client.clientId,
    client_secret: client.clientSecret
  })
  const call = (path: string) =>
    bare(`${root}${path}`, { headers: { authorization: `Bearer ${json.access_token}` } })
  const names = (object: string) =>
    Effect.map(call(`/query?q=SELECT+Name+FROM+${object}+ORDER+BY+Name`), (answer) =>
      answer.json.records.map(({ Name }: { readonly Name: string }) => Name)
    )
  return { Username, id: inserted[0] ?? "", accessToken: json.access_token, call, names }
})

layer(EmulatedOrg.layer(), { excludeTestServices: true, timeout: 60_000 })("who sees what", (it) => {
  it.effect("rows are taken away from users without View All Data, and given back, without a stamp", () =>
    Effect.gen(function* () {
      const { names, id, Username, call } = yield* reader
      const { control } = yield* EmulatedOrg
      const [a, b] = (yield* change("Account", { insert: [{ Name: "A" }, { Name: "B" }] })).inserted
      yield* change("Account", { insert: [{ Name: "Mine", OwnerId: id }] })
      const before = yield* truth("Account")
      assert.deepStrictEqual(yield* names("Account"), ["A", "B", "Mine"])

      yield* change("Account", { unshare: [a] })
      assert.deepStrictEqual(yield* names("Account"), ["B", "Mine"])
      assert.strictEqual((yield* query("SELECT Id FROM Account")).json.totalSize, 3)
      assert.strictEqual((yield* call(`/sobjects/Account/${a}`)).status, 404)

      yield* control("schema/Account", { sharing: "private" })
      assert.deepStrictEqual(yield* names("Account"), ["Mine"])
      yield* change("Account", { share: { ids: [b], users: [Username] } })
      assert.deepStrictEqual(yield* names("Account"), ["B", "Mine"])
      yield* control("schema/Account", { sharing: "public" })
      yield* change("Account", { share: [a] })
      assert.deepStrictEqual(yield* names("Account"), ["A", "B", "Mine"])

      yield* change("Account", { unshare: { ids: [b], users: ["admin@emulator.example"] } })
      assert.strictEqual((yield* query("SELECT Id FROM Account")).json.totalSize, 2)
      yield* change("Account", { share: { ids: [b], users: ["admin@emulator.example"] } })
      assert.deepStrictEqual(yield* truth("Account"), before)
    })
  )

  it.effect("permissions come from the profile and permission sets, and decide at once", () =>
    Effect.gen(function* () {
      const { call, id, names } = yield* reader
      const own = Effect.map(
        call("/query?q=SELECT+PermissionsViewAllData,PermissionsApiEnabled+FROM+UserPermissionAccess"),
        ({ json }) => [json.records[0].PermissionsViewAllData, json.records[0].PermissionsApiEnabled]
      )
      assert.deepStrictEqual(yield* own, [false, true])
      assert.strictEqual((yield* call("/limits")).status, 403)
      const [hidden] = (yield* change("Contact", { insert: [{ LastName: "Hidden" }] })).inserted
      yield* change("Contact", { unshare: [hidden] })
      assert.deepStrictEqual(yield* names("Contact"), [])

      const [set] = (yield* change("PermissionSet", {
        insert: [{ Name: "All", Label: "All", PermissionsViewAllData: true, PermissionsViewSetup: true }]
      })).inserted
      const [assigned] = (yield* change("PermissionSetAssignment", {
        insert: [{ PermissionSetId: set, AssigneeId: id }]
      })).inserted
      assert.deepStrictEqual(yield* own, [true, true])
      assert.deepStrictEqual(yield* names("Contact"), ["Hidden"])
      assert.strictEqual((yield* call("/limits")).status, 200)
      yield* change("PermissionSetAssignment", { delete: [assigned] })
      assert.deepStrictEqual(yield* own, [false, true])

      const [profile] = (yield* query("SELECT Id FROM Profile WHERE Name = 'Standard User'")).json.records
      yield* change("Profile", { update: [{ Id: profile.Id, PermissionsApiEnabled: false }] })
      const refused = yield* call("/query?q=SELECT+Id+FROM+Account")
      assert.deepStrictEqual([refused.status, refused.json[0].errorCode], [403, "API_CURRENTLY_DISABLED"])
      yield* change("Profile", { update: [{ Id: profile.Id, PermissionsApiEnabled: true }] })
      assert.deepStrictEqual(yield* own, [false, true])
    })
  )

  it.effect(
    "a hidden field is gone from describe, from FIELDS() and from queries, for those it is hidden from",
    () =>
      Effect.gen(function* () {
        const { call: asReader, Username } = yield* reader
        const { control, call: asAdmin } = yield* EmulatedOrg
        const admin = (path: string) => asAdmin(root + path)
        const described = (call: typeof admin) =>
          Effect.map(call("/sobjects/Account/describe"), ({ json }) =>
            json.fields.some(({ name }: { readonly name: string }) => name === "Industry")
          )
        const soql = "/query?q=SELECT+Industry+FROM+Account"
        yield* control("schema/Account", { hideField: { fields: ["Industry"], users: [Username] } })
        assert.deepStrictEqual([yield* described(admin), yield* described(asReader)], [true, false])
        assert.strictEqual((yield* admin(soql)).status, 200)
        const refused = yield* asReader(soql)
        assert.strictEqual(refused.json[0].errorCode, "INVALID_FIELD")
        assert.include(refused.json[0].message, "No such column 'Industry' on entity 'Account'")
        // Formulas are worked out with the org's eyes.
        assert.strictEqual(
          (yield* asReader("/query?q=SELECT+Account_Industry__c+FROM+Opportunity")).status,
          200
        )
        assert.strictEqual((yield* asReader("/query?q=SELECT+Account.Industry+FROM+Contact")).status, 400)

        yield* control("schema/Account", { hideField: "Industry" })
        assert.strictEqual(yield* described(admin), false)
        assert.strictEqual((yield* admin("/query?q=SELECT+FIELDS(ALL)+FROM+Account+LIMIT+1")).status, 200)
        yield* control("schema/Account", { showField: "Industry" })
        assert.deepStrictEqual([yield* described(admin), yield* described(asReader)], [true, true])

        yield* control("schema/Campaign", { hideObject: { users: [Username] } })
        assert.strictEqual((yield* asReader("/sobjects/Campaign/describe")).status, 404)
        assert.strictEqual(
          (yield* asReader("/query?q=SELECT+Id+FROM+Campaign")).json[0].errorCode,
          "INVALID_TYPE"
        )
        assert.strictEqual((yield* admin("/sobjects/Campaign/describe")).status, 200)
        yield* control("schema/Campaign", { hideObject: false })
        assert.strictEqual((yield* asReader("/sobjects/Campaign/describe")).status, 200)
      })
  )

  it.effect("bulk jobs see what their user sees", () =>
    Effect.gen(function* () {
      const { Username, accessToken } = yield* reader
      const { bare, control } = yield* EmulatedOrg
      const post = (query: string) =>
        bare(`${root}/jobs/query`, {
          method: "POST",
          headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
          body: JSON.stringify({ operation: "queryAll", query })
        })
      yield* control("schema/Account", { hideField: { fields: "Website", users: [Username] } })
      assert.strictEqual((yield* post("SELECT Website FROM Account")).status, 400)
      assert.strictEqual((yield* post("SELECT Name FROM Account")).status, 200)
      yield* control("schema/Account", { showField: "Website" })
    })
  )
})

layer(EmulatedOrg.layer(), { excludeTestServices: true, timeout: 60_000 })("limits", (it) => {
  it.effect("the daily allowance refuses calls until 24 hours have slid by", () =>
    Effect.gen(function* () {
      const { control, call } = yield* EmulatedOrg
      yield* control("limits", { dailyApiRequests: { max: 10, used: 8 } })
      const calls = yield* Effect.forEach([1, 2, 3], () => call(`${root}/sobjects/Account`))
      assert.deepStrictEqual(
        calls.map(({ status }) => status),
        [200, 200, 403]
      )
      assert.strictEqual(calls[1]?.headers.get("sforce-limit-info"), "api-usage=10/10")
      assert.deepStrictEqual(calls[2]?.json, [
        { message: "TotalRequests Limit exceeded.", errorCode: "REQUEST_LIMIT_EXCEEDED" }
      ])
      yield* control("clock", { advanceSeconds: 86_400 })
      assert.strictEqual((yield* call(`${root}/sobjects/Account`)).status, 200)
    })
  )

  it.effect("long calls at once are refused beyond their number", () =>
    Effect.gen(function* () {
      const { control, call } = yield* EmulatedOrg
      yield* control("limits", { concurrentRequests: { max: 0 } })
      const refused = yield* call(`${root}/limits`)
      assert.deepStrictEqual(
        [refused.status, refused.json],
        [
          403,
          [
            {
              message: "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
              errorCode: "REQUEST_LIMIT_EXCEEDED"
            }
          ]
        ]
      )
      yield* control("limits", { concurrentRequests: { max: 25 } })
      const perApp = { name: "sample app", max: 250, used: 17 }
      yield* control("limits", { perApp })
      const answer = yield* call(`${root}/limits`)
      assert.match(
        answer.headers.get("sforce-limit-info") ?? "",
        /^api-usage=\d+\/\d+; per-app-api-usage=17\/250\(appName=sample app\)$/
      )
      assert.deepStrictEqual(answer.json.DailyApiRequests["sample app"], { Max: 250, Remaining: 233 })
    })
  )
})
