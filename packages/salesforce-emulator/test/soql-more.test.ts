import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { change, query, values } from "./support/queries.ts"

const Filled = Layer.effectDiscard(
  Effect.gen(function* () {
    const { org } = yield* EmulatedOrg
    const [alpha, beta] = (yield* change("Account", {
      insert: [
        {
          Name: "Alpha",
          Phone: "1",
          Type: "Prospect",
          Industry: "Media",
          AnnualRevenue: 1234.5,
          BillingLatitude: 37.7749,
          BillingLongitude: -122.4194
        },
        {
          Name: "Beta",
          Industry: "Media",
          AnnualRevenue: 10,
          BillingLatitude: 48.8566,
          BillingLongitude: 2.3522,
          CreatedDate: "2026-07-01T03:30:00Z"
        }
      ]
    })).inserted
    const [ann] = (yield* change("Contact", {
      insert: [
        { LastName: "Ann", AccountId: alpha },
        ...Array.from({ length: 450 }, (_, at) => ({ LastName: `C${at}`, AccountId: beta }))
      ]
    })).inserted
    const [deal] = (yield* change("Opportunity", {
      insert: [
        { Name: "Deal", AccountId: alpha, StageName: "Prospecting", CloseDate: "2026-01-02", Amount: 1500 }
      ]
    })).inserted
    const [user] = (yield* change("User", {
      insert: [{ Username: "other@emulator.example", LastName: "Other", Alias: "o", Email: "o@o.example" }]
    })).inserted
    yield* change("Account", { insert: [{ Name: "Gamma", OwnerId: user }] })
    yield* change("Task", {
      insert: [
        { Subject: "1", WhatId: alpha, WhoId: ann },
        { Subject: "2", WhatId: deal },
        { Subject: "3" },
        { Subject: "4", WhatId: beta, OwnerId: org.adminId }
      ]
    })
  })
).pipe(Layer.provideMerge(EmulatedOrg.layer()))

const rows = (soql: string) =>
  Effect.map(query(soql), ({ json, text }) => {
    if (json?.records === undefined) throw new Error(text)
    return json.records
  })

layer(Filled, { excludeTestServices: true, timeout: 60_000 })("SOQL of polymorphic references", (it) => {
  it.effect("TYPEOF shows the fields of the object a task is about, and null for others", () =>
    Effect.gen(function* () {
      const [one, two, three, four] = yield* rows(
        "SELECT Subject, TYPEOF What WHEN Account THEN Phone, Owner.Name WHEN Opportunity THEN Amount ELSE Name END FROM Task ORDER BY Subject"
      )
      assert.deepStrictEqual(Object.keys(one), ["attributes", "Subject", "What"])
      assert.strictEqual(one.What.attributes.type, "Account")
      assert.match(one.What.attributes.url, /\/sobjects\/Account\/001/)
      assert.strictEqual(one.What.Phone, "1")
      assert.strictEqual(one.What.Owner.Name, "Ada Admin")
      assert.deepStrictEqual([two.What.attributes.type, two.What.Amount], ["Opportunity", 1500])
      assert.isNull(three.What)
      assert.strictEqual(four.What.Phone, null)
      const plain = yield* rows("SELECT TYPEOF What WHEN Opportunity THEN Id END FROM Task ORDER BY Subject")
      assert.deepStrictEqual(
        plain.map(({ What }: { readonly What: unknown }) => What !== null),
        [false, true, false, false]
      )
    })
  )

  it.effect("Who, What and Owner have the fields of Name and the type of their record", () =>
    Effect.gen(function* () {
      const [task] = yield* rows(
        "SELECT Who.Name, What.Name, What.Type, Owner.Name FROM Task WHERE What.Type = 'Account' AND Who.Name = 'Ann'"
      )
      assert.deepStrictEqual(
        [task.Who.Name, task.What.Name, task.What.Type, task.Owner.Name],
        ["Ann", "Alpha", "Account", "Ada Admin"]
      )
    })
  )
})

layer(Filled, { excludeTestServices: true, timeout: 60_000 })("SOQL functions", (it) => {
  for (const [expression, from, expected] of [
    ["FORMAT(AnnualRevenue) x", "Account WHERE Name = 'Alpha'", "$1,234.50"],
    ["FORMAT(CloseDate) x", "Opportunity", "1/2/2026"],
    ["FORMAT(MIN(CloseDate)) x", "Opportunity", "1/2/2026"],
    ["FORMAT(convertCurrency(Amount)) x", "Opportunity", "$1,500.00"],
    ["CALENDAR_MONTH(CloseDate) x", "Opportunity GROUP BY CALENDAR_MONTH(CloseDate)", 1],
    ["HOUR_IN_DAY(CreatedDate) x", "Account WHERE Name = 'Beta' GROUP BY HOUR_IN_DAY(CreatedDate)", 3]
  ] as const) {
    it.effect(`${expression} of ${from}`, () =>
      Effect.map(rows(`SELECT ${expression} FROM ${from}`), ([row]) =>
        assert.strictEqual(row.x ?? row.AnnualRevenue, expected)
      )
    )
  }

  it.effect("distances select, order and bound", () =>
    Effect.gen(function* () {
      const paris = "GEOLOCATION(48.85, 2.35)"
      const near = `SELECT Name FROM Account WHERE DISTANCE(BillingAddress, ${paris}, 'km') < 10`
      assert.deepStrictEqual(yield* values(near, "Name"), ["Beta"])
      const order = `SELECT Name FROM Account WHERE BillingLatitude != null ORDER BY DISTANCE(BillingAddress, ${paris}, 'mi') DESC`
      assert.deepStrictEqual(yield* values(order, "Name"), ["Alpha", "Beta"])
      const [row] = yield* rows(
        `SELECT DISTANCE(BillingAddress, ${paris}, 'mi') far FROM Account WHERE Name = 'Alpha'`
      )
      assert.closeTo(row.far, 5560, 20)
    })
  )

  it.effect("ROLLUP and CUBE add subtotals, told apart by GROUPING", () =>
    Effect.gen(function* () {
      const rollUp = yield* rows(
        "SELECT Industry, Type, GROUPING(Type) g, COUNT(Id) c FROM Account WHERE Industry = 'Media' GROUP BY ROLLUP(Industry, Type)"
      )
      assert.strictEqual(rollUp.length, 4)
      assert.deepStrictEqual(rollUp.map(({ g }: { readonly g: number }) => g).sort(), [0, 0, 1, 1])
      const cube = yield* rows(
        "SELECT Industry, Type, COUNT(Id) c FROM Account WHERE Industry = 'Media' GROUP BY CUBE(Industry, Type)"
      )
      assert.strictEqual(cube.length, 6)
    })
  )

  it.effect("days are those of the user's time zone", () =>
    Effect.gen(function* () {
      const { org, control } = yield* EmulatedOrg
      const hour =
        "SELECT HOUR_IN_DAY(convertTimezone(CreatedDate)) h FROM Account WHERE Name = 'Beta' GROUP BY HOUR_IN_DAY(convertTimezone(CreatedDate))"
      assert.strictEqual((yield* rows(hour))[0].h, 3)
      const july = new Date(Date.UTC(2026, 6, 1, 5, 0, 0)).getTime()
      const now = Date.parse((yield* control("clock", { advanceSeconds: 0 })).json.now)
      yield* control("clock", { advanceSeconds: Math.round((july - now) / 1000) })
      const today = "SELECT Name FROM Account WHERE CreatedDate = TODAY AND Name = 'Beta'"
      const yesterday = "SELECT Name FROM Account WHERE CreatedDate = YESTERDAY AND Name = 'Beta'"
      assert.deepStrictEqual(yield* values(today, "Name"), ["Beta"])
      // 2026-07-01T03:30Z is half past eight in the evening of the day before, as is the org's now at 22:00.
      yield* change("User", { update: [{ Id: org.adminId, TimeZoneSidKey: "America/Los_Angeles" }] })
      assert.strictEqual((yield* rows(hour))[0].h, 20)
      assert.deepStrictEqual(yield* values(today, "Name"), ["Beta"])
      yield* control("clock", { advanceSeconds: 3 * 3600 })
      assert.deepStrictEqual(yield* values(yesterday, "Name"), ["Beta"])
      yield* change("User", { update: [{ Id: org.adminId, TimeZoneSidKey: "GMT" }] })
      assert.deepStrictEqual(yield* values(today, "Name"), ["Beta"])
    })
  )

  it.effect("USING SCOPE mine keeps the user's own records", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* values("SELECT Name FROM Account USING SCOPE mine ORDER BY Name", "Name"),
        ["Alpha", "Beta"]
      )
      const all = "SELECT Name FROM Account USING SCOPE everything ORDER BY Name"
      assert.deepStrictEqual(yield* values(all, "Name"), ["Alpha", "Beta", "Gamma"])
      assert.strictEqual((yield* query("SELECT Id FROM Account USING SCOPE nonsense")).status, 400)
    })
  )

  it.effect("FIELDS(ALL) is bounded by a LIMIT or by Ids", () =>
    Effect.gen(function* () {
      const [{ Id }] = yield* rows("SELECT Id FROM Account LIMIT 1")
      assert.strictEqual((yield* rows(`SELECT FIELDS(ALL) FROM Account WHERE Id = '${Id}'`)).length, 1)
      assert.strictEqual((yield* rows(`SELECT FIELDS(ALL) FROM Account WHERE Id IN ('${Id}')`)).length, 1)
      assert.strictEqual((yield* query("SELECT FIELDS(ALL) FROM Account WHERE Name = 'a'")).status, 400)
    })
  )

  it.effect("security clauses change nothing for who may see everything", () =>
    Effect.gen(function* () {
      for (const clause of [
        "WITH SECURITY_ENFORCED",
        "WITH USER_MODE",
        "WITH SYSTEM_MODE",
        "FOR VIEW",
        "FOR REFERENCE"
      ]) {
        assert.strictEqual((yield* rows(`SELECT Id FROM Account ${clause}`)).length, 3, clause)
      }
      assert.strictEqual(
        (yield* query("SELECT Id FROM Account WITH DATA CATEGORY Geography__c AT usa__c")).status,
        400
      )
    })
  )

  it.effect("explain names the way and its cost", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const soql = "SELECT Id FROM Account WHERE Name = 'Alpha'"
      const { json } = yield* call(`/services/data/v67.0/query?explain=${encodeURIComponent(soql)}`)
      assert.strictEqual(json.sourceQuery, soql)
      assert.deepInclude(json.plans[0], {
        cardinality: 1,
        fields: ["Name"],
        leadingOperationType: "Index",
        sobjectCardinality: 3,
        sobjectType: "Account"
      })
      const bad = yield* call("/services/data/v67.0/query?explain=SELECT+Nope+FROM+Account")
      assert.strictEqual(bad.json[0].errorCode, "INVALID_FIELD")
    })
  )
})

layer(Filled, { excludeTestServices: true, timeout: 60_000 })("SOQL children", (it) => {
  const children =
    "SELECT Name, (SELECT LastName, Account.Name FROM Contacts ORDER BY Id) FROM Account ORDER BY Name"

  it.effect("too many for a page go on at an address of their own", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const options = { headers: { "sforce-query-options": "batchSize=200" } }
      const [alpha, beta, gamma] = (yield* query(children, options)).json.records
      assert.deepInclude(alpha.Contacts, { totalSize: 1, done: true })
      assert.notProperty(alpha.Contacts, "nextRecordsUrl")
      assert.isNull(gamma.Contacts)
      assert.deepInclude(beta.Contacts, { totalSize: 450, done: false })
      assert.strictEqual(beta.Contacts.records.length, 200)
      const found = [...beta.Contacts.records]
      let url = beta.Contacts.nextRecordsUrl
      assert.match(url, /^\/services\/data\/v67\.0\/query\/01g\w{15}-200$/)
      while (url !== undefined) {
        const page = (yield* call(url)).json
        found.push(...page.records)
        url = page.nextRecordsUrl
      }
      const names = found.map(({ LastName }) => LastName)
      assert.deepStrictEqual(
        names,
        Array.from({ length: 450 }, (_, at) => `C${at}`)
      )
      assert.strictEqual(found[449].Account.Name, "Beta")
      const whole = (yield* query(children)).json.records[1].Contacts
      assert.deepInclude(whole, { totalSize: 450, done: true })
    })
  )

  it.effect("two levels up to v57, five from v58, and no more than twenty", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const ask = (version: number, soql: string) =>
        call(`/services/data/v${version}.0/query?q=${encodeURIComponent(soql)}`)
      const deep =
        "SELECT Id, (SELECT Id, (SELECT Id FROM OpportunityLineItems) FROM Opportunities) FROM Account"
      const refused = yield* ask(57, deep)
      assert.strictEqual(refused.json[0].errorCode, "MALFORMED_QUERY")
      assert.include(refused.json[0].message, "more than 1 level away from the root entity object")
      const [alpha] = (yield* ask(58, deep)).json.records
      assert.strictEqual(alpha.Opportunities.records[0].OpportunityLineItems, null)
      const many = (count: number) =>
        `SELECT Id, ${Array.from({ length: count }, () => "(SELECT Id FROM Contacts)").join(", ")} FROM Account`
      assert.strictEqual((yield* ask(67, many(20))).status, 200)
      assert.strictEqual((yield* ask(67, many(21))).status, 400)
      assert.strictEqual(
        (yield* ask(67, "SELECT (SELECT Id FROM Contacts OFFSET 1) FROM Account")).status,
        400
      )
    })
  )
})

layer(Filled, { excludeTestServices: true, timeout: 60_000 })("what Salesforce refuses of a query", (it) => {
  const contacts = "IN (SELECT AccountId FROM Contact)"
  for (const [soql, errorCode, message] of [
    [
      `SELECT Id FROM Account WHERE Name = 'a' OR Id ${contacts}`,
      "MALFORMED_QUERY",
      "Semi join sub-selects are not allowed with the 'OR' operator"
    ],
    [
      `SELECT Id FROM Account WHERE Name = 'a' AND (Name = 'b' OR Id ${contacts})`,
      "MALFORMED_QUERY",
      "Semi join sub-selects are only allowed at the top level WHERE expressions"
    ],
    [
      `SELECT Id FROM Account WHERE Id ${contacts} AND Id ${contacts} AND Id NOT ${contacts}`,
      "MALFORMED_QUERY",
      "Maximum 2 semi join sub-selects are allowed"
    ],
    [
      "SELECT Id FROM Opportunity WHERE AccountId IN (SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact))",
      "MALFORMED_QUERY",
      "Nesting of semi join sub-selects is not supported"
    ],
    [
      "SELECT Id FROM Account WHERE Id IN (SELECT ParentId FROM Account)",
      "MALFORMED_QUERY",
      "The inner and outer selects should not be on the same object type"
    ],
    [
      `SELECT Id FROM Account WHERE Name ${contacts}`,
      "MALFORMED_QUERY",
      "The left operand field in the where expression for outer query should be an id field, cannot use: 'Name'"
    ],
    [
      "SELECT Id FROM Account WHERE Id IN (SELECT LastName FROM Contact)",
      "MALFORMED_QUERY",
      "should point to the same object type"
    ],
    [
      "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact LIMIT 1)",
      "MALFORMED_QUERY",
      "LIMIT"
    ],
    ["SELECT TYPEOF Account WHEN Account THEN Id END FROM Contact", "MALFORMED_QUERY", "polymorphic"],
    ["SELECT TYPEOF What WHEN Contact THEN Id END FROM Task", "INVALID_TYPE", "'Contact'"],
    ["SELECT COUNT() FROM Account ORDER BY Name", "MALFORMED_QUERY", "ORDER"],
    ["SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"],
    ["SELECT COUNT(Id) FROM Account ORDER BY Name", "MALFORMED_QUERY", "must be grouped or aggregated: Name"],
    [
      "SELECT Type FROM Account GROUP BY Type HAVING Name = 'a'",
      "MALFORMED_QUERY",
      "Field must be grouped or aggregated: Name"
    ],
    ["SELECT Id FROM Account WHERE COUNT(Id) > 1", "MALFORMED_QUERY", "COUNT(Id)"],
    ["SELECT HOUR_IN_DAY(convertTimezone(Name)) FROM Account", "MALFORMED_QUERY", "convertTimezone"],
    ["SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"],
    ["SELECT NOPE(Name) FROM Account", "MALFORMED_QUERY", "NOPE"],
    ["SELECT Id FROM Account WHERE Name LIKE 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY", "OR"]
  ] as const) {
    it.effect(soql, () =>
      Effect.gen(function* () {
        const { status, json } = yield* query(soql)
        assert.strictEqual(status, 400, JSON.stringify(json))
        assert.strictEqual(json[0].errorCode, errorCode)
        assert.include(json[0].message, message)
      })
    )
  }

  it.effect(
    "texts of more than 4,000 characters, statements of more than 100,000, addresses of more than 16,384",
    () =>
      Effect.gen(function* () {
        const { call } = yield* EmulatedOrg
        const literal = yield* query(`SELECT Id FROM Account WHERE Name = '${"x".repeat(4001)}'`)
        assert.strictEqual(literal.json[0].errorCode, "MALFORMED_QUERY")
        assert.strictEqual(
          (yield* query(`SELECT Id FROM Account WHERE Name = '${"x".repeat(4000)}'`)).status,
          200
        )
        const long = yield* call("/services/data/v67.0/jobs/query", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            operation: "query",
            query: `SELECT Id FROM Account WHERE Name IN ('${"x".repeat(100)}'${", 'y'".repeat(20_000)})`
          })
        })
        assert.strictEqual(long.json[0].errorCode, "MALFORMED_QUERY")
        assert.strictEqual(
          (yield* query(`SELECT Id FROM Account WHERE Name = '${"x".repeat(16_400)}'`)).status,
          414
        )
      })
  )
})
