import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { change, query, truth } from "./support/queries.ts"

const root = "/services/data/v67.0"

const describe = (object: string, since?: string) =>
  Effect.flatMap(EmulatedOrg, ({ call }) =>
    call(
      `${root}/sobjects/${object}/describe`,
      since === undefined ? {} : { headers: { "if-modified-since": since } }
    )
  )

const edit = (object: string, body: unknown) =>
  Effect.flatMap(EmulatedOrg, ({ control }) =>
    Effect.map(control(`schema/${object}`, body), (answer) => {
      if (answer.status !== 200) throw new Error(answer.text)
      return answer.json as { readonly fields: ReadonlyArray<string> }
    })
  )

const field = (object: string, name: string) =>
  Effect.map(describe(object), ({ json }) =>
    json.fields.find((each: { readonly name: string }) => each.name === name)
  )

layer(EmulatedOrg.layer(), { excludeTestServices: true, timeout: 60_000 })("the org's schema", (it) => {
  it.effect("a describe is unchanged until its object changes, and others stay as old as they were", () =>
    Effect.gen(function* () {
      const first = yield* describe("Contact")
      const account = (yield* describe("Account")).headers.get("last-modified") ?? ""
      const stamp = first.headers.get("last-modified") ?? ""
      assert.strictEqual((yield* describe("Contact", stamp)).status, 304)
      assert.strictEqual((yield* describe("Contact", first.headers.get("date") ?? "")).status, 304)
      yield* edit("Contact", { addField: { name: "Nick__c", type: "string", length: 40 } })
      const later = yield* describe("Contact", first.headers.get("date") ?? "")
      assert.strictEqual(later.status, 200)
      assert.isAbove(Date.parse(later.headers.get("last-modified") ?? ""), Date.parse(stamp))
      assert.strictEqual((yield* describe("Account", account)).status, 304)
      yield* edit("Contact", { changeField: { name: "Nick__c", length: 50 } })
      assert.strictEqual((yield* describe("Contact", later.headers.get("last-modified") ?? "")).status, 200)
      const { call } = yield* EmulatedOrg
      const stale = yield* call(`${root}/sobjects/Contact/describe`, {
        headers: { "if-unmodified-since": stamp }
      })
      assert.strictEqual(stale.status, 412)
    })
  )

  it.effect("a new field has values in every row and moves no stamp", () =>
    Effect.gen(function* () {
      yield* change("Account", { insert: [{ Name: "One" }, { Name: "Two" }] })
      const before = yield* truth("Account")
      yield* (yield* EmulatedOrg).control("clock", { advanceSeconds: 60 })
      yield* edit("Account", {
        addField: [
          { name: "Shout__c", value: `upper("Name") || '!'` },
          { name: "Score__c", type: "double", precision: 5, scale: 1, default: 1.5 },
          { name: "Flag__c", type: "boolean" },
          { name: "Tier__c", type: "picklist", picklist: ["Gold", "Silver"], restricted: true }
        ]
      })
      const added = [
        { Shout__c: "ONE!", Score__c: 1.5, Flag__c: false, Tier__c: null },
        { Shout__c: "TWO!", Score__c: 1.5, Flag__c: false, Tier__c: null }
      ]
      assert.deepStrictEqual(
        yield* truth("Account"),
        before.map((row, at) => ({ ...row, ...added[at] }))
      )
      const tier = yield* field("Account", "Tier__c")
      assert.deepInclude(tier, { type: "picklist", custom: true, restrictedPicklist: true })
      const [one] = yield* truth("Account")
      yield* change("Account", { update: [{ Id: one?.Id, Tier__c: "Gold" }] })
      assert.strictEqual((yield* truth("Account"))[0]?.Tier__c, "Gold")
    })
  )

  it.effect("a removed field is refused as a typo would be, and can come back empty", () =>
    Effect.gen(function* () {
      yield* edit("Account", { removeField: "Shout__c" })
      const refused = yield* query("SELECT Shout__c FROM Account")
      assert.deepStrictEqual([refused.status, refused.json[0].errorCode], [400, "INVALID_FIELD"])
      assert.isUndefined(yield* field("Account", "Shout__c"))
      assert.notProperty((yield* truth("Account"))[0], "Shout__c")
      yield* edit("Account", { addField: { name: "Shout__c", type: "int" } })
      assert.strictEqual((yield* truth("Account"))[0]?.Shout__c, null)
      const { control } = yield* EmulatedOrg
      const needed = yield* control("schema/Account", { removeField: "Industry" })
      assert.include(needed.json[0].message, "Opportunity.Account_Industry__c")
    })
  )

  it.effect("a changed field has its new type, length, name and values", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const durable = Effect.map(
        call(
          `${root}/tooling/query?q=${encodeURIComponent("SELECT DurableId, QualifiedApiName FROM FieldDefinition WHERE EntityDefinitionId = 'Account'")}`
        ),
        ({ json }) =>
          new Map<string, string>(
            json.records.map((row: Readonly<Record<string, string>>) => [row.QualifiedApiName, row.DurableId])
          )
      )
      yield* edit("Account", { addField: { name: "Size__c", type: "double", default: 3 } })
      const before = (yield* durable).get("Size__c")
      yield* edit("Account", { changeField: { name: "Size__c", type: "string", length: 20 } })
      assert.strictEqual((yield* truth("Account"))[0]?.Size__c, "3.0")
      assert.deepInclude(yield* field("Account", "Size__c"), {
        type: "string",
        length: 20,
        soapType: "xsd:string"
      })
      yield* edit("Account", { changeField: { name: "Size__c", rename: "Extent__c" } })
      assert.strictEqual((yield* truth("Account"))[0]?.Extent__c, "3.0")
      assert.strictEqual((yield* query("SELECT Size__c FROM Account")).status, 400)
      assert.isString(before)
      assert.strictEqual((yield* durable).get("Extent__c"), before)
    })
  )

  it.effect("a roll-up's new definition changes values without a stamp", () =>
    Effect.gen(function* () {
      const [parent] = (yield* change("Reference_Request__c", { insert: [{ Name: "R" }] })).inserted
      yield* change("Reference_Quote__c", {
        insert: [
          { Reference_Request__c: parent, Value__c: 5 },
          { Reference_Request__c: parent, Value__c: 7 }
        ]
      })
      const [before] = yield* truth("Reference_Request__c")
      assert.strictEqual(before?.Quoted_Value__c, 12)
      yield* (yield* EmulatedOrg).control("clock", { advanceSeconds: 60 })
      yield* edit("Reference_Request__c", {
        changeField: { name: "Quoted_Value__c", rollUp: "MAX(Reference_Quote__c.Value__c)" }
      })
      assert.deepStrictEqual(yield* truth("Reference_Request__c"), [{ ...before, Quoted_Value__c: 7 }])
    })
  )

  it.effect("a new object takes records, and goes with a reset", () =>
    Effect.gen(function* () {
      const { call, control } = yield* EmulatedOrg
      yield* edit("Story__c", {
        create: { label: "Story" },
        addField: [
          {
            name: "Account__c",
            type: "reference",
            referenceTo: ["Account"],
            childRelationshipName: "Stories"
          },
          { name: "Place__c", type: "location" }
        ]
      })
      const [account] = yield* truth("Account")
      const made = yield* call(`${root}/sobjects/Story__c`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          Name: "Told",
          Account__c: account?.Id,
          Place__Latitude__s: 1.5,
          Place__Longitude__s: 2
        })
      })
      assert.strictEqual(made.status, 201, made.text)
      const [story] = (yield* query("SELECT Name, Account__r.Name, Place__c FROM Story__c")).json.records
      assert.strictEqual(story.Account__r.Name, account?.Name)
      assert.deepStrictEqual(story.Place__c, { latitude: 1.5, longitude: 2 })
      assert.strictEqual((yield* query("SELECT (SELECT Id FROM Stories) FROM Account")).status, 200)
      assert.strictEqual((yield* control("schema/Story__c", { create: true })).status, 400)

      yield* control("reset", {})
      assert.strictEqual((yield* call(`${root}/sobjects/Story__c/describe`)).status, 404)
      assert.isUndefined(yield* field("Account", "Extent__c"))
      assert.deepStrictEqual(yield* truth("Account"), [])
    })
  )

  it.effect("says what is wrong with an edit, and changes nothing then", () =>
    Effect.gen(function* () {
      const { control } = yield* EmulatedOrg
      for (const [object, body] of [
        ["Nothing__c", { addField: { name: "A__c" } }],
        ["Account", { addField: { name: "A b" } }],
        ["Account", { addField: { name: "Name" } }],
        ["Account", { addField: { name: "Bad__c", value: "no_such_function()" } }],
        ["Account", { addField: { name: "Bad__c", type: "nonsense" } }],
        ["Account", { removeField: "Nope__c" }],
        ["Account", { removeField: "Id" }],
        ["Account", { hideField: { fields: "Name", users: ["nobody@nowhere.example"] } }]
      ] as const) {
        const answer = yield* control(`schema/${object}`, body)
        assert.strictEqual(answer.status, 400, JSON.stringify(body))
        assert.strictEqual(answer.json[0].errorCode, "INVALID_CONTROL_CALL", answer.text)
      }
      assert.isUndefined(yield* field("Account", "Bad__c"))
    })
  )
})
