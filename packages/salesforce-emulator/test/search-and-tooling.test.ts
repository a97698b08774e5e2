import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { codesOf, records, rest } from "./support/rest.ts"

const search = (sosl: string) => rest("GET", `search?q=${encodeURIComponent(sosl)}`)

const found = Effect.fnUntraced(function* (sosl: string) {
  const { json } = yield* search(sosl)
  return json.searchRecords.map(({ Name }: { Name: string }) => Name).sort()
})

const names = ["Acme Rockets", "Acme (Bergen) ASA", "Müller & Söhne", "Rocket Fuel"]

const withAccounts = Effect.fnUntraced(function* () {
  const { control } = yield* EmulatedOrg
  const known = yield* records("SELECT Id FROM Account")
  if (known.length === 0) yield* control("records/Account", { insert: names.map((Name) => ({ Name })) })
})

layer(EmulatedOrg.layer({}, { dataset: "empty" }))("search", (it) => {
  it.effect("words are found whole, in any case, joined by AND, OR and AND NOT", () =>
    Effect.gen(function* () {
      yield* withAccounts()
      const inNames = (term: string) => found(`FIND {${term}} IN NAME FIELDS RETURNING Account(Name)`)
      assert.deepStrictEqual(yield* inNames("acme"), ["Acme (Bergen) ASA", "Acme Rockets"])
      assert.deepStrictEqual(yield* inNames("acm"), [])
      assert.deepStrictEqual(yield* inNames("rocket*"), ["Acme Rockets", "Rocket Fuel"])
      assert.deepStrictEqual(yield* inNames("rocket?"), ["Acme Rockets"])
      assert.deepStrictEqual(yield* inNames("acme bergen"), ["Acme (Bergen) ASA"])
      assert.deepStrictEqual(yield* inNames("acme AND NOT bergen"), ["Acme Rockets"])
      assert.deepStrictEqual(yield* inNames("bergen OR fuel"), ["Acme (Bergen) ASA", "Rocket Fuel"])
      assert.deepStrictEqual(yield* inNames("(bergen OR fuel) AND acme"), ["Acme (Bergen) ASA"])
      assert.deepStrictEqual(yield* inNames('"bergen asa"'), ["Acme (Bergen) ASA"])
      assert.deepStrictEqual(yield* inNames("MÜLLER"), ["Müller & Söhne"])
    })
  )

  it.effect("what follows a backslash stands for itself", () =>
    Effect.gen(function* () {
      yield* withAccounts()
      const inNames = (term: string) => found(`FIND {${term}} IN NAME FIELDS RETURNING Account(Name)`)
      assert.deepStrictEqual(yield* inNames("\\(bergen\\)"), ["Acme (Bergen) ASA"])
      assert.deepStrictEqual(yield* inNames("rocket\\*"), ["Rocket Fuel"])
      assert.deepStrictEqual(yield* inNames("acme\\} RETURNING User\\(Id"), [])
    })
  )

  it.effect("each object brings its own fields, filter, order and limit", () =>
    Effect.gen(function* () {
      yield* withAccounts()
      const filtered =
        "FIND {acme} RETURNING Account(Name WHERE Name LIKE '%Rock%' ORDER BY Name LIMIT 5), Contact(Id)"
      assert.deepStrictEqual(yield* found(filtered), ["Acme Rockets"])
      assert.strictEqual(
        (yield* search("FIND {acme OR fuel} RETURNING Account LIMIT 2")).json.searchRecords.length,
        2
      )
      assert.isArray((yield* rest("GET", "/services/data/v36.0/search?q=FIND+%7Bacme%7D")).json)
    })
  )

  it.effect("what is no search is refused", () =>
    Effect.gen(function* () {
      for (const sosl of [
        "FIND acme",
        "FIND {a}",
        "LOOK {acme}",
        "FIND {acme} RETURNING Account(",
        "FIND {(acme} "
      ]) {
        const { status, json } = yield* search(sosl)
        assert.deepStrictEqual([status, ...codesOf(json)], [400, "MALFORMED_SEARCH"], sosl)
      }
      const { json } = yield* search("FIND {acme} RETURNING Nonsense(Id)")
      assert.deepStrictEqual(codesOf(json), ["INVALID_TYPE"])
    })
  )

  it.effect("by parameters, in the body and in the address", () =>
    Effect.gen(function* () {
      yield* withAccounts()
      const body = { q: "acme", fields: ["Name"], sobjects: [{ name: "Account", limit: 1 }], in: "NAME" }
      assert.strictEqual((yield* rest("POST", "parameterizedSearch", body)).json.searchRecords.length, 1)
      const { json } = yield* rest("GET", "parameterizedSearch?q=fuel&sobject=Account&Account.fields=Id,Name")
      assert.deepStrictEqual(
        json.searchRecords.map(({ Name }: { Name: string }) => Name),
        ["Rocket Fuel"]
      )
    })
  )
})

layer(EmulatedOrg.layer({}, { dataset: "empty" }))("metadata as records", (it) => {
  it.effect("FieldDefinition and EntityDefinition have what describe has", () =>
    Effect.gen(function* () {
      const { json: account } = yield* rest("GET", "sobjects/Account/describe")
      const fields = yield* records(
        "SELECT QualifiedApiName, IsNillable FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Account'",
        "tooling/query"
      )
      const expected = account.fields.map(({ name, nillable }: { name: string; nillable: boolean }) => [
        name,
        nillable
      ])
      assert.deepStrictEqual(
        fields.map((field: Record<string, unknown>) => [field.QualifiedApiName, field.IsNillable]).sort(),
        expected.sort()
      )
      const entities = yield* records("SELECT QualifiedApiName FROM EntityDefinition", "tooling/query")
      const { json: all } = yield* rest("GET", "sobjects")
      assert.strictEqual(entities.length, all.sobjects.length)
    })
  )

  it.effect("only the Tooling API's own objects can be queried there", () =>
    Effect.gen(function* () {
      const { status, json } = yield* rest("GET", "tooling/query?q=SELECT+Id+FROM+Account")
      assert.deepStrictEqual([status, ...codesOf(json)], [400, "INVALID_TYPE"])
      assert.deepStrictEqual(yield* records("SELECT Id, Name FROM ApexClass", "tooling/query"), [])
    })
  )

  it.effect("columns=true answers with the columns of a query", () =>
    Effect.gen(function* () {
      const soql = "SELECT Id, Owner.Name, Owner.Profile.Name, (SELECT LastName FROM Contacts) FROM Account"
      const { json } = yield* rest("GET", `query?columns=true&q=${encodeURIComponent(soql)}`)
      const [id, owner, contacts] = json.columnMetadata
      assert.deepInclude(json, { entityName: "Account", idSelected: true, groupBy: false })
      assert.deepInclude(id, { columnName: "Id", aggregate: false, joinColumns: [] })
      assert.deepStrictEqual(
        owner.joinColumns.map(({ columnName }: { columnName: string }) => columnName),
        ["Name", "Profile"]
      )
      assert.deepInclude(contacts, { columnName: "Contacts", aggregate: true })
    })
  )

  it.effect("record counts leave out the recycle bin", () =>
    Effect.gen(function* () {
      const { control } = yield* EmulatedOrg
      const { json } = yield* control("records/Account", { insert: [{ Name: "1" }, { Name: "2" }] })
      yield* control("records/Account", { delete: [json.inserted[0]] })
      const { json: counts } = yield* rest("GET", "limits/recordCount?sObjects=Account,Nonsense")
      assert.deepStrictEqual(counts, { sObjects: [{ count: 1, name: "Account" }] })
    })
  )
})
