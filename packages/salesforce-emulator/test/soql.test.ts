import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { change, query, queryAll, values } from "./support/queries.ts"

const accounts = [
  { Name: "Alpha", Industry: "Banking", AnnualRevenue: 10, External_Id__c: "1", Regions__c: "AMER;EMEA" },
  { Name: "beta", Industry: "banking", AnnualRevenue: 20, External_Id__c: "2", Customer_Logo__c: true },
  { Name: 'Gamma\'s \\ "x"', Industry: null, AnnualRevenue: null, External_Id__c: "3", Regions__c: "AMER" },
  { Name: "100% sure_thing", Industry: "Energy", AnnualRevenue: 40, External_Id__c: "4" }
]

const Org = EmulatedOrg.layer()
const Filled = Layer.effectDiscard(
  Effect.gen(function* () {
    const { inserted } = yield* change("Account", { insert: accounts })
    const [alpha, beta] = inserted
    yield* change("Contact", {
      insert: [
        { LastName: "One", FirstName: "Ann", AccountId: alpha, Birthdate: "1990-05-06" },
        { LastName: "Two", AccountId: alpha },
        { LastName: "Three", AccountId: beta },
        { LastName: "Lone" }
      ]
    })
    yield* change("Opportunity", {
      insert: [
        { Name: "Won", AccountId: alpha, StageName: "Closed Won", CloseDate: "2026-02-03", Amount: 1.5 },
        { Name: "Open", AccountId: beta, StageName: "Prospecting", CloseDate: "2026-05-03", Amount: 2.5 }
      ]
    })
  })
).pipe(Layer.provideMerge(Org))

/** External ids of the accounts a condition lets through. */
const matching = (condition: string) =>
  Effect.map(
    values(`SELECT External_Id__c FROM Account WHERE ${condition} ORDER BY External_Id__c`, "External_Id__c"),
    (found) => found.join("")
  )

layer(Filled, { excludeTestServices: true })("SOQL conditions", (it) => {
  for (const [condition, expected] of [
    ["Name = 'ALPHA'", "1"],
    ["Name != 'alpha'", "234"],
    ["Industry != 'Banking'", "34"],
    ["Industry = null", "3"],
    ["Industry = ''", "3"],
    ["Industry <> null", "124"],
    ["AnnualRevenue > 10", "24"],
    ["AnnualRevenue >= 1e1 AND AnnualRevenue <= 20.0".replace("1e1", "10"), "12"],
    ["AnnualRevenue != 20", "134"],
    ["NOT AnnualRevenue = 20", "134"],
    ["(NOT AnnualRevenue > 10) AND Name != null", "13"],
    ["Name LIKE 'a%'", "1"],
    ["Name LIKE '%\\%%'", "4"],
    ["Name LIKE '%e\\_t%'", "4"],
    ["Name LIKE '_eta'", "2"],
    ["Name = 'gamma\\'s \\\\ \\\"x\\\"'", "3"],
    ["Name = '\\u0061lpha'", "1"],
    ["Industry IN ('energy', 'none')", "4"],
    ["Industry IN ('energy', null)", "34"],
    ["Industry NOT IN ('energy')", "123"],
    ["Customer_Logo__c = true", "2"],
    ["Customer_Logo__c = null", "134"],
    ["Regions__c INCLUDES ('AMER;EMEA', 'LATAM')", "1"],
    ["Regions__c INCLUDES ('amer')", "13"],
    ["Regions__c EXCLUDES ('EMEA')", "234"],
    ["(Name = 'Alpha' OR Name = 'beta') AND Industry = 'banking'", "12"],
    ["Name = 'Alpha' OR (Name = 'beta' AND (NOT (AnnualRevenue = 20)))", "1"],
    ["Id IN (SELECT AccountId FROM Contact WHERE LastName LIKE 'T%')", "12"],
    ["Id NOT IN (SELECT AccountId FROM Contact)", "34"],
    ["Id IN (SELECT AccountId FROM Opportunity WHERE IsWon = true)", "1"],
    ["CreatedDate = TODAY", "1234"],
    ["CreatedDate > LAST_N_DAYS:2", ""],
    ["CreatedDate = LAST_N_DAYS:999999999999", "1234"],
    ["CreatedDate < N_YEARS_AGO:99999", ""],
    ["CreatedDate > NEXT_N_FISCAL_QUARTERS:99999999999999999999", ""],
    ["CreatedDate >= LAST_N_DAYS:2", "1234"],
    ["CreatedDate < 2020-01-01T00:00:00+02:00", ""],
    ["CreatedDate = THIS_YEAR AND CreatedDate < NEXT_MONTH", "1234"],
    ["CALENDAR_YEAR(CreatedDate) > 2000", "1234"],
    ["Owner.Username = 'admin@emulator.example'", "1234"],
    ["Account.Name = 'Alpha'", "1"]
  ] as const) {
    it.effect(`finds the right accounts where ${condition}`, () =>
      Effect.map(matching(condition), (found) => assert.strictEqual(found, expected))
    )
  }
})

const banner = (soql: string, column: number, message: string) =>
  `\n${soql}\n${" ".repeat(column - 1)}^\nERROR at Row:1:Column:${column}\n${message}`
const wsdl = "Please reference your WSDL or the describe call for the appropriate names."

layer(Filled, { excludeTestServices: true })("SOQL refusals", (it) => {
  for (const [soql, errorCode, message] of [
    [
      "SELECT Idx FROM Account",
      "INVALID_FIELD",
      banner(
        "SELECT Idx FROM Account",
        8,
        `No such column 'Idx' on entity 'Account'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. ${wsdl}`
      )
    ],
    [
      "select count() from XYZZY",
      "INVALID_TYPE",
      banner(
        "select count() from XYZZY",
        21,
        `sObject type 'XYZZY' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. ${wsdl}`
      )
    ],
    [
      "SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'",
      "MALFORMED_QUERY",
      "unexpected token: 'OR'"
    ],
    [
      "SELECT Id FROM Account WHERE Description = 'x'",
      "INVALID_FIELD",
      /field 'Description' can not be filtered in a query call$/
    ],
    [
      "SELECT Id FROM Account WHERE BillingAddress = 'x'",
      "INVALID_FIELD",
      /'BillingAddress' can not be filtered/
    ],
    [
      "SELECT Id FROM Account ORDER BY Description",
      "INVALID_FIELD",
      /field 'Description' can not be sorted in a query call$/
    ],
    [
      "SELECT Id FROM Account WHERE CreatedDate > '2024-01-01T00:00:00Z'",
      "INVALID_FIELD",
      /field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes$/
    ],
    [
      "SELECT Id FROM Account WHERE Name = 5",
      "INVALID_FIELD",
      /field 'Name' must be of type string and should be enclosed in quotes$/
    ],
    ["SELECT Id FROM Account WHERE CreatedDate > 2024-01-01", "INVALID_FIELD", /must be of type dateTime/],
    ["SELECT Id FROM Account WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", /invalid ID field: abc$/],
    [
      "SELECT Id FROM Account OFFSET 2001",
      "NUMBER_OUTSIDE_VALID_RANGE",
      /Maximum SOQL offset allowed is 2000$/
    ],
    [
      "SELECT Name, COUNT(Id) FROM Account GROUP BY Industry",
      "MALFORMED_QUERY",
      /Field must be grouped or aggregated: Name$/
    ],
    [
      "SELECT FIELDS(ALL) FROM Account",
      "MALFORMED_QUERY",
      "The SOQL FIELDS function must have a LIMIT of at most 200"
    ],
    ["SELECT Foo.Name FROM Account", "INVALID_FIELD", /Didn't understand relationship 'Foo' in field path/],
    [
      "SELECT Id, (SELECT Id FROM Nothings) FROM Account",
      "INVALID_TYPE",
      /Didn't understand relationship 'Nothings' in FROM part/
    ],
    ["SELECT Id, Id FROM Account", "MALFORMED_QUERY", /duplicate field selected: Id$/],
    ["SELECT Id FROM Account WHERE Name = 'x", "MALFORMED_QUERY", /mismatched character '<EOF>'/],
    ["SELECT Id FROM", "MALFORMED_QUERY", /unexpected token: '<EOF>'/],
    ["SELECT Id FROM Account WHERE Name = 'a\\q'", "MALFORMED_QUERY", /Illegal escape/]
  ] as const) {
    it.effect(`refuses ${soql} as Salesforce does`, () =>
      Effect.map(query(soql), ({ status, json }) => {
        assert.strictEqual(status, 400)
        assert.strictEqual(json.length, 1)
        assert.strictEqual(json[0].errorCode, errorCode)
        if (typeof message === "string") assert.strictEqual(json[0].message, message)
        else assert.match(json[0].message, message)
      })
    )
  }
})

layer(Filled, { excludeTestServices: true })("SOQL results", (it) => {
  it.effect("keys come in SELECT order and describe casing, parents gathered", () =>
    Effect.map(
      query("select lastname, account.name, ID, Account.owner.username from contact where LastName = 'One'"),
      ({ json }) => {
        const [record] = json.records
        assert.deepStrictEqual(Object.keys(record), ["attributes", "LastName", "Account", "Id"])
        assert.deepStrictEqual(Object.keys(record.Account), ["attributes", "Name", "Owner"])
        assert.strictEqual(record.Account.Owner.Username, "admin@emulator.example")
        assert.strictEqual(record.attributes.url, `/services/data/v67.0/sobjects/Contact/${record.Id}`)
      }
    )
  )

  it.effect("a missing parent is null", () =>
    Effect.map(query("SELECT Account.Name FROM Contact WHERE LastName = 'Lone'"), ({ json }) =>
      assert.strictEqual(json.records[0].Account, null)
    )
  )

  it.effect("child rows come as a nested result, or null when there are none", () =>
    Effect.map(
      query(
        "SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName LIMIT 1) FROM Account WHERE External_Id__c IN ('1','3') ORDER BY External_Id__c"
      ),
      ({ json }) => {
        const [alpha, gamma] = json.records
        assert.strictEqual(alpha.Contacts.totalSize, 1)
        assert.strictEqual(alpha.Contacts.done, true)
        assert.strictEqual(alpha.Contacts.records[0].LastName, "One")
        assert.strictEqual(gamma.Contacts, null)
      }
    )
  )

  it.effect("COUNT() answers in totalSize", () =>
    Effect.map(query("SELECT COUNT() FROM Account WHERE Industry != null"), ({ json }) =>
      assert.deepStrictEqual(json, { totalSize: 3, done: true, records: [] })
    )
  )

  it.effect("groups with aliases and unnamed columns", () =>
    Effect.map(
      query(
        "SELECT Account.Name n, COUNT(Id), SUM(Amount) total FROM Opportunity GROUP BY Account.Name ORDER BY Account.Name"
      ),
      ({ json }) =>
        assert.deepStrictEqual(json.records, [
          { attributes: { type: "AggregateResult" }, n: "Alpha", expr0: 1, total: 1.5 },
          { attributes: { type: "AggregateResult" }, n: "beta", expr0: 1, total: 2.5 }
        ])
    )
  )

  it.effect("missing values sort first, text without regard to case", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* values("SELECT Industry FROM Account ORDER BY Industry DESC", "Industry"),
        [null, "Energy", "Banking", "banking"]
      )
      assert.deepStrictEqual(
        yield* values(
          "SELECT External_Id__c FROM Account ORDER BY Name ASC NULLS LAST LIMIT 2 OFFSET 1",
          "External_Id__c"
        ),
        ["1", "2"]
      )
    })
  )

  it.effect("FIELDS(STANDARD) selects no custom field and the compound with its parts", () =>
    Effect.map(query("SELECT FIELDS(STANDARD) FROM Account LIMIT 1"), ({ json }) => {
      const keys = Object.keys(json.records[0])
      assert.isTrue(keys.includes("BillingAddress") && keys.includes("BillingCity"))
      assert.isFalse(keys.some((key) => key.endsWith("__c")))
    })
  )

  it.effect("deleted rows are for queryAll only", () =>
    Effect.gen(function* () {
      const { inserted } = yield* change("Account", { insert: [{ Name: "Doomed", External_Id__c: "9" }] })
      yield* change("Account", { delete: inserted })
      const soql = "SELECT IsDeleted FROM Account WHERE Name = 'Doomed'"
      assert.strictEqual((yield* query(soql)).json.totalSize, 0)
      assert.deepStrictEqual((yield* queryAll(soql)).json.records[0].IsDeleted, true)
      yield* change("Account", { hardDelete: inserted })
      assert.strictEqual((yield* queryAll(soql)).json.totalSize, 0)
    })
  )
})
