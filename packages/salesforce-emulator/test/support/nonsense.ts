/** Requests that make little sense, some of them nearly right; the same for the same seed. */
import { Random } from "../../src/dataset/random.ts"
import type { Sent } from "./raw-request.ts"

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND"]
const segments = [
  "services",
  "data",
  "v67.0",
  "v7.0",
  "v99.0",
  "vX",
  "sobjects",
  "Account",
  "account",
  "Nope__c",
  "describe",
  "query",
  "queryAll",
  "search",
  "parameterizedSearch",
  "composite",
  "batch",
  "tree",
  "sobjects",
  "jobs",
  "ingest",
  "results",
  "resultPages",
  "limits",
  "recordCount",
  "tooling",
  "deleted",
  "updated",
  "001Dn000000000001AAA",
  "001",
  "External_Id__c",
  "ERP-1",
  "oauth2",
  "token",
  "authorize",
  "introspect",
  "userinfo",
  "Soap",
  "u",
  "60.0",
  "emulator",
  "records",
  "truth",
  "schema",
  "switches",
  "faults",
  "%00",
  "%zz",
  "%E2%82",
  "..",
  "",
  "ä",
  "'"
]
const types = [
  "application/json",
  "application/json; charset=utf-8",
  "application/x-www-form-urlencoded",
  "text/xml",
  "text/csv",
  "multipart/form-data; boundary=x",
  "nonsense",
  ""
]
const soqlWords =
  "SELECT FROM WHERE AND OR NOT IN LIKE ( ) , . = != < >= 'a' '%' '\\u00e9' null true 1 1.5e3 2026-01-01 2026-01-01T00:00:00Z TODAY LAST_N_DAYS:3 Account Contact Opportunity Id Name AnnualRevenue CreatedDate Industry Contacts Owner.Name Account.Name Regions__c INCLUDES EXCLUDES COUNT() COUNT(Id) SUM(AnnualRevenue) GROUP BY HAVING ORDER ASC DESC NULLS LAST LIMIT 5 OFFSET FIELDS(ALL) FIELDS(STANDARD) TYPEOF What WHEN THEN ELSE END USING SCOPE mine WITH SECURITY_ENFORCED FOR VIEW toLabel(Industry) FORMAT(AnnualRevenue) CALENDAR_YEAR(CreatedDate) DISTANCE(BillingAddress, GEOLOCATION(1,2), 'km') ROLLUP(Industry) GROUPING(Industry) BillingAddress Description '".split(
    " "
  )
const paths =
  "Id Name AnnualRevenue CreatedDate Industry NumberOfEmployees IsDeleted Regions__c Description BillingAddress BillingCity Owner.Name Owner.Profile.Name Parent.Name LastModifiedBy.Id CreatedDate Customer_Logo__c External_Id__c a.Name Account.Name Who.Name What.Type Subject ActivityDate Nope Nope.Nope".split(
    " "
  )
const calls = [
  "COUNT()",
  "COUNT(Id)",
  "COUNT_DISTINCT(Industry)",
  "SUM(AnnualRevenue)",
  "AVG(NumberOfEmployees)",
  "MIN(CreatedDate)",
  "MAX(Name) m",
  "SUM(Name)",
  "toLabel(Industry)",
  "FORMAT(AnnualRevenue)",
  "FORMAT(CreatedDate) f",
  "FORMAT(Name)",
  "convertCurrency(AnnualRevenue)",
  "CALENDAR_YEAR(CreatedDate)",
  "CALENDAR_YEAR(Name)",
  "HOUR_IN_DAY(convertTimezone(CreatedDate))",
  "DAY_ONLY(CreatedDate)",
  "WEEK_IN_YEAR(AnnualRevenue)",
  "DISTANCE(BillingAddress, GEOLOCATION(1, 2), 'km')",
  "DISTANCE(Name, GEOLOCATION(1, 2), 'km')",
  "GROUPING(Industry)",
  "FIELDS(STANDARD)",
  "FIELDS(ALL)",
  "(SELECT Id, Name FROM Contacts)",
  "(SELECT COUNT(Id) FROM Contacts)",
  "(SELECT Id FROM Nopes)",
  "TYPEOF What WHEN Account THEN Phone ELSE Name END",
  "TYPEOF Owner WHEN User THEN Nope END"
]
const operands = [
  "'a'",
  "''",
  "'%_\\\\'",
  "('a', 'b')",
  "(1, null)",
  "null",
  "true",
  "1",
  "-1.5",
  "2026-01-01",
  "2026-13-45",
  "2026-01-01T00:00:00Z",
  "TODAY",
  "LAST_N_DAYS:3",
  "LAST_N_DAYS:99999999",
  "'001000000000001'",
  "(SELECT AccountId FROM Contact)",
  "(SELECT Id FROM Opportunity WHERE Nope = 1)",
  ":bind"
]
const values: ReadonlyArray<unknown> = [
  null,
  true,
  -1,
  1e308,
  "",
  "x",
  "x".repeat(300),
  "2026-13-45",
  "001",
  {},
  [],
  [[]],
  "\u0000",
  "\ud800"
]
const keys =
  "Name AnnualRevenue CreatedDate Id attributes records allOrNone compositeRequest method url referenceId body batchRequests operation query object externalIdFieldName state ids fields q sobjects in type insert update delete unshare addField advanceSeconds match action".split(
    " "
  )

export class Nonsense {
  readonly #random: Random

  constructor(seed: number) {
    this.#random = new Random(seed)
  }

  #many<A>(most: number, make: () => A): ReadonlyArray<A> {
    return Array.from({ length: this.#random.integer(0, most) }, make)
  }

  /** A query that is right as often as not, with a word here and there that is not. */
  #soql(): string {
    const random = this.#random
    if (random.chance(0.15)) return this.#many(12, () => random.pick(soqlWords)).join(" ")
    const list = (most: number, make: () => string) =>
      [make(), ...this.#many(most - 1, make)].join(random.chance(0.97) ? ", " : " ")
    const expression = () => (random.chance(0.75) ? random.pick(paths) : random.pick(calls))
    const comparison = () =>
      `${expression()} ${random.pick(["=", "!=", "<", ">=", "LIKE", "IN", "NOT IN", "INCLUDES"])} ${random.pick(operands)}`
    const condition = () => [comparison(), ...this.#many(2, comparison)].join(random.pick([" AND ", " OR "]))
    const maybe = (share: number, text: () => string) => (random.chance(share) ? ` ${text()}` : "")
    return [
      `SELECT ${list(4, expression)} FROM ${random.pick(["Account", "Account", "account a", "Contact", "Task", "Nope"])}`,
      maybe(0.1, () => `USING SCOPE ${random.pick(["mine", "everything", "x"])}`),
      maybe(0.5, () => `WHERE ${random.chance(0.2) ? `NOT (${condition()})` : condition()}`),
      maybe(
        0.25,
        () => `GROUP BY ${random.chance(0.2) ? `ROLLUP(${random.pick(paths)})` : list(2, expression)}`
      ),
      maybe(0.1, () => `HAVING ${comparison()}`),
      maybe(0.3, () => `ORDER BY ${list(2, expression)} ${random.pick(["", "DESC", "NULLS LAST", "UP"])}`),
      maybe(0.3, () => `LIMIT ${random.pick(["1", "0", "201", "-1", "x"])}`),
      maybe(0.1, () => `OFFSET ${random.pick(["1", "2001"])}`)
    ].join("")
  }

  #json(depth: number): unknown {
    const random = this.#random
    if (depth === 0 || random.chance(0.3)) return random.chance(0.2) ? this.#soql() : random.pick(values)
    return random.chance(0.3)
      ? this.#many(4, () => this.#json(depth - 1))
      : Object.fromEntries(this.#many(6, () => [random.pick(keys), this.#json(depth - 1)]))
  }

  #body(): string | Buffer {
    const random = this.#random
    const text = JSON.stringify(this.#json(4))
    const roll = random.integer(0, 9)
    if (roll < 6) return text
    if (roll === 6) return text.slice(0, random.integer(0, text.length))
    if (roll === 7) return Buffer.from(this.#many(200, () => random.integer(0, 255)))
    return roll === 8 ? `grant_type=${random.pick(values)}&q=${text}` : `"Name"\n"${text}`
  }

  /** Mostly a call that there is. */
  #call(): readonly [string, string] {
    const random = this.#random
    const soql = encodeURIComponent(this.#soql())
    const root = "/services/data/v67.0"
    const known = [
      ["GET", `${root}/query?q=${soql}`],
      ["GET", `${root}/query?q=${soql}`],
      ["GET", `${root}/queryAll?q=${soql}`],
      ["GET", `${root}/query?explain=${soql}`],
      ["GET", `${root}/search?q=${encodeURIComponent(`FIND {${this.#soql()}} RETURNING Account`)}`],
      ["GET", `${root}/tooling/query?q=${soql}`],
      ["GET", `${root}/sobjects/Account/deleted?start=x&end=2026-01-01`],
      ["POST", `${root}/composite`],
      ["POST", `${root}/composite/batch`],
      ["POST", `${root}/composite/sobjects`],
      ["PATCH", `${root}/composite/sobjects`],
      ["PATCH", `${root}/composite/sobjects/Account/External_Id__c`],
      ["POST", `${root}/composite/sobjects/Account`],
      ["DELETE", `${root}/composite/sobjects?ids=001,x`],
      ["POST", `${root}/composite/tree/Account`],
      ["POST", `${root}/sobjects/Account`],
      ["PATCH", `${root}/sobjects/Account/External_Id__c/ERP-1`],
      ["POST", `${root}/jobs/query`],
      ["POST", `${root}/jobs/ingest`],
      ["POST", `${root}/parameterizedSearch`],
      ["POST", "/services/oauth2/token"],
      ["POST", "/services/oauth2/introspect"],
      ["POST", "/emulator/records/Account"],
      ["POST", "/emulator/schema/Contact"]
    ] as const
    if (random.chance(0.6)) return random.pick(known)
    return [random.pick(methods), random.chance(0.2) ? random.pick(known)[1] : this.#path()]
  }

  #path(): string {
    const random = this.#random
    const path = this.#many(8, () => random.pick(segments)).join(random.chance(0.1) ? "//" : "/")
    const start = random.chance(0.7) ? "/services/data/v67.0/" : "/"
    const query = random.chance(0.3) ? `?q=${encodeURIComponent(this.#soql())}&start=x&end=%zz` : ""
    return encodeURI(start + path).replaceAll("%25", "%") + query
  }

  next(token: string): Sent {
    const random = this.#random
    const [method, path] = this.#call()
    const withBody = random.chance(method === "GET" ? 0.1 : 0.8)
    return {
      method,
      path,
      headers: {
        ...(random.chance(0.95) ? { authorization: `Bearer ${token}` } : { authorization: "Basic ?:?" }),
        ...(random.chance(0.9)
          ? { "content-type": random.chance(0.7) ? "application/json" : random.pick(types) }
          : {}),
        ...(random.chance(0.1)
          ? { "sforce-query-options": `batchSize=${random.pick(["0", "200", "x"])}` }
          : {})
      },
      body: withBody ? this.#body() : undefined
    }
  }
}
