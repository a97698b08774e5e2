/** What `--features` adds: fields, objects, their describes, and values in the demo rows. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { type FeatureName, featureNames } from "../src/org/features/features.ts"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { query } from "./support/queries.ts"

const org = (...features: ReadonlyArray<FeatureName>) => EmulatedOrg.layer({}, { dataset: "demo", features })

const describeOf = (object: string) =>
  Effect.flatMap(EmulatedOrg, ({ call }) =>
    Effect.map(call(`/services/data/v68.0/sobjects/${object}/describe`), ({ json }) => json)
  )

const fieldOf = (object: string, name: string) =>
  Effect.map(describeOf(object), ({ fields }) =>
    fields.find((field: { name: string }) => field.name === name)
  )

const first = (soql: string) =>
  Effect.map(query(soql), ({ json, text }) => {
    if (json?.records?.[0] === undefined) throw new Error(`${soql}: ${text.slice(0, 400)}`)
    return json.records[0]
  })

layer(org(...featureNames), { excludeTestServices: true })("an org with all features", (it) => {
  it.effect("gives addresses codes, and states that depend on countries", () =>
    Effect.gen(function* () {
      const state = yield* fieldOf("Account", "BillingStateCode")
      assert.strictEqual(state.compoundFieldName, "BillingAddress")
      assert.strictEqual(state.controllerName, "BillingCountryCode")
      assert.isTrue(state.dependentPicklist)
      const countries = (yield* fieldOf("Account", "BillingCountryCode")).picklistValues.map(
        ({ value }: { value: string }) => value
      )
      const texas = state.picklistValues.find(({ value }: { value: string }) => value === "TX")
      const bits = Buffer.from(texas.validFor, "base64")
      const allowed = countries.filter(
        (_: string, at: number) => ((bits[Math.floor(at / 8)] ?? 0) & (0x80 >> (at % 8))) !== 0
      )
      assert.deepStrictEqual(allowed, ["US"])
    })
  )

  it.effect("shows the codes inside the address", () =>
    Effect.gen(function* () {
      const { BillingAddress: address } = yield* first(
        "SELECT BillingAddress FROM Account WHERE BillingCity = 'Austin' LIMIT 1"
      )
      assert.strictEqual(address.countryCode, "US")
      assert.strictEqual(address.country, "United States")
      assert.strictEqual(address.stateCode, "TX")
      assert.strictEqual(address.state, "Texas")
    })
  )
  it.effect("gives each record a currency, and has rates to convert by", () =>
    Effect.gen(function* () {
      const field = yield* fieldOf("Opportunity", "CurrencyIsoCode")
      assert.strictEqual(field.length, 3)
      assert.isTrue(field.restrictedPicklist)
      const types = (yield* query("SELECT IsoCode, ConversionRate, IsCorporate FROM CurrencyType")).json
        .records
      assert.deepStrictEqual(
        types.filter(({ IsCorporate }: { IsCorporate: boolean }) => IsCorporate).length,
        1
      )
      assert.strictEqual((yield* query("SELECT Id FROM DatedConversionRate")).json.totalSize, 9)
      assert.strictEqual(
        (yield* query("SELECT COUNT() FROM Account WHERE CurrencyIsoCode = null")).json.totalSize,
        0
      )
    })
  )

  it.effect("converts amounts, and adds them up in the corporate currency", () =>
    Effect.gen(function* () {
      const where = "WHERE CurrencyIsoCode = 'JPY' AND Amount > 0"
      const row = yield* first(`SELECT Id, Amount FROM Opportunity ${where} ORDER BY Id LIMIT 1`)
      const converted = yield* first(`SELECT convertCurrency(Amount) FROM Opportunity WHERE Id = '${row.Id}'`)
      assert.closeTo(converted.Amount, row.Amount / 155.5, 0.01)
      const sum = yield* first(`SELECT SUM(Amount) total FROM Opportunity WHERE Id = '${row.Id}'`)
      assert.closeTo(sum.total, row.Amount / 155.5, 0.01)
    })
  )
  it.effect("has people as accounts: with a contact, a name put together and a record type", () =>
    Effect.gen(function* () {
      const person = yield* first(
        "SELECT Name, FirstName, LastName, PersonEmail, PersonMailingAddress, RecordType.DeveloperName, PersonContact.Email FROM Account WHERE IsPersonAccount = true AND FirstName = 'Grace'"
      )
      assert.strictEqual(person.Name, "Grace Hopper")
      assert.strictEqual(person.PersonContact.Email, person.PersonEmail)
      assert.strictEqual(person.PersonMailingAddress.city, "New York")
      assert.strictEqual(person.RecordType.DeveloperName, "PersonAccount")
      assert.strictEqual(
        (yield* query("SELECT COUNT() FROM Contact WHERE IsPersonAccount = true")).json.totalSize,
        8
      )
    })
  )

  it.effect("describes the record types it has rows of", () =>
    Effect.gen(function* () {
      const { recordTypeInfos } = yield* describeOf("Account")
      const { records } = (yield* query(
        "SELECT Id FROM RecordType WHERE SobjectType = 'Account' ORDER BY Id"
      )).json
      assert.deepStrictEqual(
        recordTypeInfos.map(({ recordTypeId }: { recordTypeId: string }) => recordTypeId),
        [...records.map(({ Id }: { Id: string }) => Id), "012000000000000AAA"]
      )
      const defaults = recordTypeInfos.filter(
        ({ defaultRecordTypeMapping }: { defaultRecordTypeMapping: boolean }) => defaultRecordTypeMapping
      )
      assert.strictEqual(defaults.length, 1)
    })
  )

  it.effect("shows custom compounds as objects of their parts, country code included", () =>
    Effect.gen(function* () {
      const account = yield* first(
        "SELECT Warehouse__c, Head_Office__c, Head_Office__Latitude__s FROM Account WHERE Warehouse__CountryCode__s = 'DE' AND Head_Office__Latitude__s != null LIMIT 1"
      )
      assert.strictEqual(account.Warehouse__c.countryCode, "DE")
      assert.strictEqual(account.Head_Office__c.latitude, account.Head_Office__Latitude__s)
      assert.deepStrictEqual(Object.keys(account.Head_Office__c).sort(), ["latitude", "longitude"])
    })
  )

  it.effect("ties accounts and users to territories", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* query("SELECT Id FROM Territory2")).json.totalSize, 4)
      const accounts = (yield* query("SELECT COUNT() FROM Account")).json.totalSize
      const ties = (yield* query("SELECT COUNT() FROM ObjectTerritory2Association")).json.totalSize
      assert.strictEqual(ties, accounts)
      const row = yield* first(
        "SELECT Territory2.Territory2Model.Name FROM UserTerritory2Association LIMIT 1"
      )
      assert.strictEqual(row.Territory2.Territory2Model.Name, "World")
    })
  )
  it.effect(
    "lets every object be read",
    () =>
      Effect.gen(function* () {
        const { call } = yield* EmulatedOrg
        const { sobjects } = (yield* call("/services/data/v68.0/sobjects")).json
        for (const { name, queryable } of sobjects) {
          if (!queryable || name === "Wide__c") continue
          const answer = yield* query(`SELECT FIELDS(ALL) FROM ${name} LIMIT 2`)
          assert.strictEqual(answer.status, 200, `${name}: ${answer.text.slice(0, 300)}`)
        }
      }),
    30_000
  )
})

layer(org(), { excludeTestServices: true })("an org without features", (it) => {
  it.effect("has none of their fields and objects", () =>
    Effect.gen(function* () {
      for (const name of ["BillingCountryCode", "CurrencyIsoCode", "IsPersonAccount", "RecordTypeId"]) {
        assert.isUndefined(yield* fieldOf("Account", name))
      }
      assert.strictEqual((yield* query("SELECT Id FROM CurrencyType")).status, 400)
      assert.strictEqual((yield* query("SELECT Id FROM Territory2")).status, 400)
    })
  )
})
