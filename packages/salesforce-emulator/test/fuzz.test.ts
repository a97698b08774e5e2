import { request as httpRequest } from "node:http"
import { connect, type Socket } from "node:net"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Random } from "../src/dataset/random.ts"
import { EmulatedOrg } from "./support/emulated-org.ts"

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | undefined
}

interface Got {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** What came back, or undefined when the connection was closed. */
const send = (base: string, { method, path, headers, body }: Sent) =>
  Effect.callback<Got | undefined>((resume) => {
    const { hostname, port } = new URL(base)
    const outgoing = httpRequest(
      { hostname, port, method, path, headers, insecureHTTPParser: true },
      (answer) => {
        const chunks: Array<Buffer> = []
        answer.on("data", (chunk: Buffer) => chunks.push(chunk))
        answer.on("error", () => resume(Effect.succeed(undefined)))
        answer.on("end", () =>
          resume(
            Effect.succeed({
              status: answer.statusCode ?? 0,
              type: String(answer.headers["content-type"] ?? ""),
              text: Buffer.concat(chunks).toString()
            })
          )
        )
      }
    )
    outgoing.on("error", () => resume(Effect.succeed(undefined)))
    outgoing.end(body)
  })

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

class Fuzzer {
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

const isErrorArray = (text: string): boolean => {
  const body: unknown = JSON.parse(text)
  return (
    Array.isArray(body) &&
    body.length > 0 &&
    body.every((each) => typeof each.message === "string" && typeof each.errorCode === "string")
  )
}

/** Whether an answer is one Salesforce could have given. */
const complaint = ({ method, path }: Sent, got: Got | undefined): string | undefined => {
  if (got === undefined) return undefined
  const { status, type, text } = got
  const isSoapFault = text.includes("<soapenv:Fault>")
  if (status >= 500 && !isSoapFault) return `${status} ${text}`
  const isRest = /^\/services\/data/i.test(path) || path.startsWith("/emulator")
  if (status < 400 || !isRest || text === "" || method === "HEAD" || !type.includes("json")) return undefined
  // Composite answers say what went wrong inside.
  return isErrorArray(text) || /composite\/tree/i.test(path) ? undefined : `${status} ${text}`
}

const seed = Number(process.env.FUZZ_SEED ?? 20261121)
/** However slow the machine is: enough for several of each kind of answer. */
const fewest = 500
const requests = Number(process.env.FUZZ_REQUESTS ?? 1000)
const mostSeconds = Number(process.env.FUZZ_SECONDS ?? 8)

layer(EmulatedOrg.layer({}, { dataset: "demo" }), { excludeTestServices: true, timeout: 60_000 })(
  "nonsense",
  (it) => {
    it.effect(
      "is answered as Salesforce would, and the emulator goes on",
      () =>
        Effect.gen(function* () {
          const { url, accessToken, call } = yield* EmulatedOrg
          const fuzzer = new Fuzzer(seed)
          const found: Array<string> = []
          const statuses = new Map<number, number>()
          const deadline = Date.now() + mostSeconds * 1000
          for (let at = 0; at < fewest || (at < requests && Date.now() < deadline); at++) {
            const sent = fuzzer.next(accessToken)
            const got = yield* send(url, sent)
            if (got !== undefined) statuses.set(got.status, (statuses.get(got.status) ?? 0) + 1)
            const told = complaint(sent, got)
            if (told !== undefined) {
              found.push(
                `${sent.method} ${decodeURI(sent.path.replaceAll(/%(?![0-9a-f]{2})/gi, "%25"))} ${sent.body}: ${told}`
              )
            }
          }
          assert.deepStrictEqual(found, [])
          for (const status of [200, 400, 401, 404, 405]) {
            assert.isAbove(statuses.get(status) ?? 0, 5, `${status} of ${JSON.stringify([...statuses])}`)
          }
          assert.strictEqual(
            (yield* call("/services/data/v67.0/query?q=SELECT+COUNT()+FROM+Account")).status,
            200
          )
        }),
      (mostSeconds + 170) * 1000
    )
  }
)

const openSocket = (base: string) =>
  Effect.callback<Socket>((resume) => {
    const { hostname, port } = new URL(base)
    const socket = connect(Number(port), hostname, () => resume(Effect.succeed(socket)))
    socket.on("error", () => {})
  })

layer(EmulatedOrg.layer(), { excludeTestServices: true, timeout: 60_000 })("rough clients", (it) => {
  const probe = Effect.flatMap(EmulatedOrg, ({ call }) =>
    Effect.map(call("/services/data/v67.0/limits"), ({ status }) => assert.strictEqual(status, 200))
  )

  it.effect("a thousand idle connections leave room for more", () =>
    Effect.gen(function* () {
      const { url } = yield* EmulatedOrg
      const sockets = yield* Effect.forEach(Array.from({ length: 1000 }), () => openSocket(url), {
        concurrency: 50
      })
      yield* probe
      for (const socket of sockets) socket.destroy()
    })
  )

  it.effect("half a header, half a body and a sudden end disturb nobody", () =>
    Effect.gen(function* () {
      const { url, accessToken } = yield* EmulatedOrg
      for (const text of [
        "GET /services/da",
        "NOT HTTP AT ALL\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "POST /services/data/v67.0/sobjects/Account HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        `POST /services/data/v67.0/sobjects/Account HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${accessToken}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"Name":`,
        "\u0000\u0001\u0002"
      ]) {
        const slow = yield* openSocket(url)
        slow.write(text)
        yield* probe
        const sudden = yield* openSocket(url)
        sudden.write(text)
        sudden.resetAndDestroy()
        yield* probe
        slow.destroy()
      }
    })
  )

  const large = Buffer.alloc(100 * 1024 * 1024, " ")

  const sendLarge = (path: string, type: string, framing: Readonly<Record<string, string>>) =>
    Effect.flatMap(EmulatedOrg, ({ url, accessToken }) =>
      Effect.map(
        send(url, {
          method: "POST",
          path,
          headers: { authorization: `Bearer ${accessToken}`, "content-type": type, ...framing },
          body: large
        }),
        (got) => got?.status
      )
    )

  it.effect("a body of 100 MB is refused by its length, or read and refused", () =>
    Effect.gen(function* () {
      for (const [path, type] of [
        ["/services/data/v67.0/sobjects/Account", "application/json"],
        ["/services/data/v67.0/composite", "application/json"],
        ["/services/oauth2/token", "application/x-www-form-urlencoded"],
        ["/nowhere", "text/plain"]
      ] as const) {
        // The connection may be closed before the client has sent it all.
        const known = yield* sendLarge(path, type, { "content-length": String(large.length) })
        assert.include([413, undefined], known, path)
        const unknown = yield* sendLarge(path, type, { "transfer-encoding": "chunked" })
        assert.include([400, 404, undefined], unknown, path)
      }
      yield* probe
    })
  )
})
