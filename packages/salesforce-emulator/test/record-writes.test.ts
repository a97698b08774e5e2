import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { codesOf, dataPath, records, rest } from "./support/rest.ts"

layer(EmulatedOrg.layer({}, { dataset: "empty" }))("writing records one at a time", (it) => {
  it.effect("create, read, update and delete answer as Salesforce does", () =>
    Effect.gen(function* () {
      const made = yield* rest("POST", "sobjects/account", { Name: "Mill", numberofemployees: 3 })
      assert.strictEqual(made.status, 201)
      const { id } = made.json
      assert.deepStrictEqual(made.json, { id, success: true, errors: [] })
      assert.strictEqual(made.headers.get("location"), `${dataPath}/sobjects/Account/${id}`)
      const patched = yield* rest("PATCH", `sobjects/Account/${id.slice(0, 15)}`, { Industry: "Energy" })
      assert.deepStrictEqual([patched.status, patched.text], [204, ""])
      const read = yield* rest("GET", `sobjects/Account/${id}?fields=Name,Industry,NumberOfEmployees`)
      assert.deepInclude(read.json, { Name: "Mill", Industry: "Energy", NumberOfEmployees: 3 })
      const tunnelled = yield* rest("POST", `sobjects/Account/${id}?_HttpMethod=PATCH`, { Industry: null })
      assert.strictEqual(tunnelled.status, 204)
      assert.deepStrictEqual(yield* records(`SELECT Industry FROM Account WHERE Id = '${id}'`), [
        { Industry: null }
      ])
      assert.strictEqual((yield* rest("DELETE", `sobjects/Account/${id}`)).status, 204)
      for (const method of ["DELETE", "GET"]) {
        const gone = yield* rest(method, `sobjects/Account/${id}`)
        assert.deepStrictEqual([gone.status, ...codesOf(gone.json)], [404, "ENTITY_IS_DELETED"])
      }
    })
  )

  it.effect("a record that does not fit is refused with the code and the fields at fault", () =>
    Effect.gen(function* () {
      const refusals = [
        [{}, "REQUIRED_FIELD_MISSING", ["LastName"]],
        [{ LastName: "x", Nonsense: 1 }, "INVALID_FIELD", []],
        [
          { LastName: "x", CreatedDate: "2020-01-01T00:00:00Z" },
          "INVALID_FIELD_FOR_INSERT_UPDATE",
          ["CreatedDate"]
        ],
        [{ LastName: "x".repeat(81) }, "STRING_TOO_LONG", ["LastName"]],
        [{ LastName: "x", Email: "nobody" }, "INVALID_EMAIL_ADDRESS", ["Email"]],
        [{ LastName: "x", AccountId: "nonsense" }, "MALFORMED_ID", ["AccountId"]],
        [{ LastName: "x", AccountId: "001000000000009" }, "INVALID_CROSS_REFERENCE_KEY", ["AccountId"]],
        [{ LastName: "x", AccountId: "003000000000009" }, "FIELD_INTEGRITY_EXCEPTION", ["AccountId"]],
        [{ LastName: "x", Account: { External_Id__c: "none" } }, "INVALID_FIELD", []]
      ] as const
      for (const [body, errorCode, fields] of refusals) {
        const { status, json } = yield* rest("POST", "sobjects/Contact", body)
        assert.strictEqual(status, 400)
        assert.deepInclude(json[0], { errorCode, fields })
      }
      assert.deepStrictEqual(yield* records("SELECT Id FROM Contact"), [])
    })
  )

  it.effect("values that the field cannot hold are refused, not lost", () =>
    Effect.gen(function* () {
      const deal = { Name: "Deal", StageName: "Prospecting" }
      for (const [object, body, code] of [
        ["Account", { Name: "x", NumberOfEmployees: 100_000_000 }, "NUMBER_OUTSIDE_VALID_RANGE"],
        ["Account", { Name: "x", AnnualRevenue: 1e18 }, "NUMBER_OUTSIDE_VALID_RANGE"],
        ["Account", { Name: "x", BillingLatitude: 1000 }, "NUMBER_OUTSIDE_VALID_RANGE"],
        ["Account", { Name: { first: "x" } }, "JSON_PARSER_ERROR"],
        ["Account", { Name: ["x"] }, "JSON_PARSER_ERROR"],
        ["Opportunity", { ...deal, CloseDate: "2026-02-30" }, "JSON_PARSER_ERROR"]
      ] as const) {
        const { status, json } = yield* rest("POST", `sobjects/${object}`, body)
        assert.deepStrictEqual([status, codesOf(json)], [400, [code]])
      }
      const largest = { Name: "x", NumberOfEmployees: 99_999_999, AnnualRevenue: 123456789012345 }
      assert.strictEqual((yield* rest("POST", "sobjects/Account", largest)).status, 201)
    })
  )

  it.effect("bodies that are no record are refused", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const broken = yield* rest("POST", "sobjects/Account", "{")
      assert.deepStrictEqual([broken.status, ...codesOf(broken.json)], [400, "JSON_PARSER_ERROR"])
      const list = yield* rest("POST", "sobjects/Account", [1])
      assert.deepStrictEqual([list.status, ...codesOf(list.json)], [400, "JSON_PARSER_ERROR"])
      const plain = yield* call(`${dataPath}/sobjects/Account`, { method: "POST", body: "{}" })
      assert.deepStrictEqual([plain.status, ...codesOf(plain.json)], [415, "UNSUPPORTED_MEDIA_TYPE"])
      const other = yield* rest("POST", "sobjects/Organization", { Name: "Second" })
      assert.deepStrictEqual([other.status, ...codesOf(other.json)], [405, "METHOD_NOT_ALLOWED"])
    })
  )

  it.effect("upsert by an external id makes, then changes; older versions answer a change with nothing", () =>
    Effect.gen(function* () {
      const made = yield* rest("PATCH", "sobjects/Account/External_Id__c/U%2F1", { Name: "Made" })
      assert.deepStrictEqual([made.status, made.json.created], [201, true])
      const changed = yield* rest("PATCH", "sobjects/account/external_id__c/u%2F1", { Name: "Changed" })
      assert.deepStrictEqual(
        [changed.status, changed.json.created, changed.json.id],
        [200, false, made.json.id]
      )
      const old = yield* rest("PATCH", "/services/data/v45.0/sobjects/Account/External_Id__c/U%2F1", {
        Name: "Old"
      })
      assert.deepStrictEqual([old.status, old.text], [204, ""])
      const read = yield* rest("GET", "sobjects/Account/External_Id__c/U%2F1?fields=Name,External_Id__c")
      assert.deepInclude(read.json, { Name: "Old", External_Id__c: "U/1" })
      const unknown = yield* rest("PATCH", "sobjects/Account/Industry/Energy", { Name: "x" })
      assert.deepStrictEqual([unknown.status, ...codesOf(unknown.json)], [404, "NOT_FOUND"])
      const twice = yield* rest("POST", "sobjects/Account", { Name: "Twin", External_Id__c: "u/1" })
      assert.deepStrictEqual(codesOf(twice.json), ["DUPLICATE_VALUE"])
    })
  )

  it.effect("two upserts of one new value at once make one record", () =>
    Effect.gen(function* () {
      const upsert = rest("PATCH", "sobjects/Account/External_Id__c/RACE", { Name: "Race" })
      const answers = yield* Effect.all([upsert, upsert, upsert], { concurrency: 3 })
      assert.deepStrictEqual(answers.map(({ status }) => status).sort(), [200, 200, 201])
      assert.strictEqual((yield* records("SELECT Id FROM Account WHERE External_Id__c = 'RACE'")).length, 1)
    })
  )

  it.effect("several records of one external id are status 300 with their addresses", () =>
    Effect.gen(function* () {
      const { control } = yield* EmulatedOrg
      const twins = [1, 2].map((at) => ({ Name: `Twin ${at}`, External_Id__c: "TWIN" }))
      const { json } = yield* control("records/Account", { insert: twins })
      const { status, json: addresses } = yield* rest("PATCH", "sobjects/Account/External_Id__c/TWIN", {
        Name: "?"
      })
      assert.strictEqual(status, 300)
      assert.deepStrictEqual(
        addresses,
        json.inserted.map((id: string) => `${dataPath}/sobjects/Account/${id}`)
      )
    })
  )

  it.effect("a record leads to its parent, its children and its files", () =>
    Effect.gen(function* () {
      const { json: account } = yield* rest("POST", "sobjects/Account", { Name: "Parent" })
      const { json: contact } = yield* rest("POST", "sobjects/Contact", {
        LastName: "Child",
        AccountId: account.id
      })
      const parent = yield* rest("GET", `sobjects/Contact/${contact.id}/Account?fields=Name`)
      assert.strictEqual(parent.json.Name, "Parent")
      const children = yield* rest("GET", `sobjects/Account/${account.id}/Contacts?fields=LastName`)
      assert.deepInclude(children.json, { totalSize: 1, done: true })
      assert.strictEqual(children.json.records[0].LastName, "Child")
      assert.strictEqual((yield* rest("GET", `sobjects/Account/${account.id}/Nonsense`)).status, 404)
    })
  )
})
