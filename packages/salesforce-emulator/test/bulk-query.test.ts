import { createHash } from "node:crypto"
import { request } from "node:http"
import { gunzipSync } from "node:zlib"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"

const V = "/services/data/v68.0"

const createJob = Effect.fnUntraced(function* (query: string, extra: object = {}) {
  const { call } = yield* EmulatedOrg
  const answer = yield* call(`${V}/jobs/query`, {
    method: "POST",
    body: JSON.stringify({ operation: "query", query, ...extra })
  })
  return answer
})

const finishedJob = Effect.fnUntraced(function* (query: string, extra: object = {}) {
  const { call } = yield* EmulatedOrg
  const created = yield* createJob(query, extra)
  assert.strictEqual(created.status, 200, created.text)
  const { id } = created.json
  for (let tries = 0; tries < 500; tries++) {
    const { json } = yield* call(`${V}/jobs/query/${id}`)
    if (json.state === "JobComplete") return json
    assert.include(["UploadComplete", "InProgress"], json.state)
    yield* Effect.sleep("10 millis")
  }
  return assert.fail("the job did not finish")
})

/** The bytes as they come, with the headers. */
const rawGet = Effect.fnUntraced(function* (path: string, headers: Record<string, string>) {
  const { url, accessToken } = yield* EmulatedOrg
  return yield* Effect.promise(
    () =>
      new Promise<{ headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
        const sent = request(
          url + path,
          { headers: { authorization: `Bearer ${accessToken}`, ...headers } },
          (answer) => {
            const chunks: Array<Buffer> = []
            answer.on("data", (chunk: Buffer) => chunks.push(chunk))
            answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(chunks) }))
            answer.on("error", reject)
          }
        )
        sent.on("error", reject)
        sent.end()
      })
  )
})

/** Reads all pages of the job of 25,000 contacts and gives a hash of their rows. */
const wholeResult = Effect.fnUntraced(function* (id: string, maxRecords: number, encoding: string) {
  const header = '"Id","Title","SystemModstamp","IsDeleted"\n'
  const hash = createHash("sha256")
  let records = 0
  for (let locator = ""; locator !== "null"; ) {
    const page = yield* rawGet(`${V}/jobs/query/${id}/results?maxRecords=${maxRecords}&locator=${locator}`, {
      "accept-encoding": encoding
    })
    assert.strictEqual(page.headers["content-encoding"], encoding === "gzip" ? "gzip" : undefined)
    assert.strictEqual(Number(page.headers["content-length"]), page.body.length)
    const csv = (encoding === "gzip" ? gunzipSync(page.body) : page.body).toString()
    assert.isTrue(csv.startsWith(header))
    hash.update(csv.slice(header.length))
    records += Number(page.headers["sforce-numberofrecords"])
    locator = String(page.headers["sforce-locator"])
  }
  assert.strictEqual(records, 25_000)
  return hash.digest("hex")
})

const nasty = ['say "hi"', "two\nlines", "a,b", "", "N/A", "null", "Zürich 🚲", '"\n"', "tail "]

/** 25,000 contacts whose titles are the nasty texts in turn. */
const seed = (context: Context.Context<EmulatedOrg>) => {
  const { org } = Context.get(context, EmulatedOrg)
  const list = nasty.map((text) => `'${text}'`).join(", ")
  return org.store.run(`
    INSERT INTO "Contact" BY NAME
    SELECT '003Dn0' || lpad(i::VARCHAR, 9, '0') || 'AAA' AS "Id", 'Row' AS "LastName",
      nullif([${list}][1 + i % ${nasty.length}], '') AS "Title", false AS "IsDeleted",
      TIMESTAMP '2024-01-02 03:04:05' + i * INTERVAL 1 SECOND AS "SystemModstamp"
    FROM range(25000) t(i)`)
}

layer(EmulatedOrg.layer().pipe(Layer.tap(seed)), { excludeTestServices: true })("bulk query jobs", (it) => {
  it.effect("a new job is UploadComplete and shows what it was created with", () =>
    Effect.gen(function* () {
      const { status, json, text } = yield* createJob("SELECT Id FROM Contact", {
        lineEnding: "LF",
        columnDelimiter: "COMMA"
      })
      assert.strictEqual(status, 200)
      assert.match(json.id, /^750\w{15}$/)
      assert.deepInclude(json, {
        operation: "query",
        object: "Contact",
        state: "UploadComplete",
        concurrencyMode: "Parallel",
        contentType: "CSV",
        apiVersion: 68,
        lineEnding: "LF",
        columnDelimiter: "COMMA"
      })
      assert.include(text, '"apiVersion":68.0')
      assert.match(json.createdDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/)
    })
  )

  it.effect("pages of any size, plain and gzip'd, hold every row once and in order", () =>
    Effect.gen(function* () {
      const job = yield* finishedJob("SELECT Id, Title, SystemModstamp, IsDeleted FROM Contact ORDER BY Id")
      assert.strictEqual(job.numberRecordsProcessed, 25_000)
      assert.strictEqual(job.jobType, "V2Query")
      const wholes = new Set<string>()
      for (const maxRecords of [25_000, 6_000, 7_777, 1_999]) {
        for (const encoding of ["identity", "gzip"])
          wholes.add(yield* wholeResult(job.id, maxRecords, encoding))
      }
      assert.strictEqual(wholes.size, 1)
      const { body } = yield* rawGet(`${V}/jobs/query/${job.id}/results?maxRecords=9`, {})
      const lines = nasty.map((text, at) => {
        const stamp = new Date(Date.UTC(2024, 0, 2, 3, 4, 5 + at)).toISOString()
        return `"${text.replaceAll('"', '""')}","${stamp}","false"\n`
      })
      const rows = body
        .toString()
        .split(/(?<=\n)(?="Id|"003)/)
        .slice(1)
        .map((row) => row.slice(21))
      assert.deepStrictEqual(rows, lines)
    })
  )

  it.effect("a locator gives the same bytes each time it is read, also without maxRecords", () =>
    Effect.gen(function* () {
      const job = yield* finishedJob("SELECT Id FROM Contact")
      const path = `${V}/jobs/query/${job.id}/results`
      const first = yield* rawGet(`${path}?maxRecords=4000`, { "accept-encoding": "gzip" })
      const locator = first.headers["sforce-locator"]
      const second = yield* rawGet(`${path}?locator=${locator}&maxRecords=4000`, {
        "accept-encoding": "gzip"
      })
      const again = yield* rawGet(`${path}?locator=${locator}`, { "accept-encoding": "gzip" })
      assert.isTrue(second.body.equals(again.body))
      assert.strictEqual(again.headers["sforce-numberofrecords"], "4000")
    })
  )

  it.effect("readers at once, one of them slow, get the same bytes", () =>
    Effect.gen(function* () {
      const { url, accessToken } = yield* EmulatedOrg
      const empty = [
        "FirstName",
        "Department",
        "Description",
        "Phone",
        "Fax",
        "MobilePhone",
        "HomePhone",
        "MailingCity"
      ]
      const job = yield* finishedJob(`SELECT Id, Title, SystemModstamp, ${empty.join(", ")} FROM Contact`)
      const path = `${V}/jobs/query/${job.id}/results`
      const read = (pauseMs: number) =>
        Effect.promise(async () => {
          const response = await fetch(url + path, {
            headers: { authorization: `Bearer ${accessToken}`, "accept-encoding": "identity" }
          })
          const hash = createHash("sha256")
          let bytes = 0
          for await (const chunk of response.body ?? []) {
            hash.update(chunk)
            bytes += chunk.length
            if (pauseMs > 0 && bytes < 1_000_000) await new Promise((resolve) => setTimeout(resolve, pauseMs))
          }
          assert.isAbove(bytes, 2_000_000)
          return hash.digest("hex")
        })
      const hashes = yield* Effect.all([10, 0, 0, 0].map(read), { concurrency: 4 })
      assert.strictEqual(new Set(hashes).size, 1)
    })
  )

  it.effect("rows changed after the job has read them do not show in its pages", () =>
    Effect.gen(function* () {
      const { org } = yield* EmulatedOrg
      const job = yield* finishedJob("SELECT LastName FROM Contact ORDER BY Id LIMIT 1")
      const path = `${V}/jobs/query/${job.id}/results`
      const before = yield* rawGet(path, {})
      yield* org.store.run(`UPDATE "Contact" SET "LastName" = 'Changed'`)
      assert.strictEqual((yield* rawGet(path, {})).body.toString(), before.body.toString())
      yield* org.store.run(`UPDATE "Contact" SET "LastName" = 'Row'`)
    })
  )

  it.effect("resultPages names the pages five at a time", () =>
    Effect.gen(function* () {
      const { call, control } = yield* EmulatedOrg
      yield* control("switches", { bulkPageRows: 4000 })
      const job = yield* finishedJob("SELECT Id FROM Contact")
      const pages = yield* call(`${V}/jobs/query/${job.id}/resultPages`)
      assert.strictEqual(pages.json.resultPages.length, 5)
      assert.isFalse(pages.json.done)
      const rest = yield* call(pages.json.nextRecordsUrl)
      assert.strictEqual(rest.json.resultPages.length, 2)
      assert.isTrue(rest.json.done)
      assert.notProperty(rest.json, "nextRecordsUrl")
      let records = 0
      for (const { resultUrl } of [...pages.json.resultPages, ...rest.json.resultPages]) {
        records += Number((yield* call(resultUrl)).headers.get("sforce-numberofrecords"))
      }
      assert.strictEqual(records, 25_000)
      yield* control("switches", { bulkPageRows: 250_000 })
    })
  )

  it.effect("results are refused with another API version, for a foreign locator and before the end", () =>
    Effect.gen(function* () {
      const { call, control } = yield* EmulatedOrg
      const job = yield* finishedJob("SELECT Id FROM Contact LIMIT 3")
      const other = yield* call(`/services/data/v60.0/jobs/query/${job.id}/results`)
      assert.strictEqual(other.status, 409)
      const foreign = yield* call(`${V}/jobs/query/${job.id}/results?locator=MTAwMDA`)
      assert.strictEqual(foreign.status, 400)
      assert.strictEqual(foreign.json[0].errorCode, "INVALID_QUERY_LOCATOR")
      yield* control("switches", { bulkQueueMs: 300 })
      const early = yield* createJob("SELECT Id FROM Contact")
      assert.strictEqual((yield* call(`${V}/jobs/query/${early.json.id}/results`)).status, 400)
      yield* control("switches", { bulkEarlyResults: 204 })
      assert.strictEqual((yield* call(`${V}/jobs/query/${early.json.id}/results`)).status, 204)
      yield* control("switches", { bulkQueueMs: 20, bulkEarlyResults: 400 })
    })
  )

  it.effect("a job with no rows answers its header only, or nothing by switch", () =>
    Effect.gen(function* () {
      const { call, control } = yield* EmulatedOrg
      const job = yield* finishedJob("SELECT Id, Name FROM Opportunity")
      const page = yield* call(`${V}/jobs/query/${job.id}/results`)
      assert.strictEqual(page.text, '"Id","Name"\n')
      assert.strictEqual(page.headers.get("sforce-numberofrecords"), "0")
      assert.strictEqual(page.headers.get("sforce-locator"), "null")
      yield* control("switches", { bulkEmptyBody: true })
      assert.strictEqual((yield* call(`${V}/jobs/query/${job.id}/results`)).text, "")
      yield* control("switches", { bulkEmptyBody: false })
    })
  )

  it.effect("delimiter and line ending are the client's choice", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const job = yield* finishedJob("SELECT Id, Title FROM Contact ORDER BY Id LIMIT 2", {
        lineEnding: "CRLF",
        columnDelimiter: "PIPE"
      })
      const page = yield* call(`${V}/jobs/query/${job.id}/results`)
      assert.match(page.text, /^"Id"\|"Title"\r\n"003\w{15}"\|"say ""hi"""\r\n"003\w{15}"\|"two\nlines"\r\n$/)
    })
  )

  it.effect("numbers are written as Java writes doubles", () =>
    Effect.gen(function* () {
      const { call, insert } = yield* EmulatedOrg
      yield* insert("Account", [
        {
          Id: "001Dn00000000G8IAI",
          Name: "Big",
          AnnualRevenue: 16147805824397,
          NumberOfEmployees: 12,
          IsDeleted: false
        },
        {
          Id: "001Dn00000000G9IAI",
          Name: "Small",
          AnnualRevenue: 5000,
          NumberOfEmployees: null,
          IsDeleted: false
        }
      ])
      const job = yield* finishedJob(
        "SELECT Name, AnnualRevenue, NumberOfEmployees FROM Account ORDER BY Name"
      )
      const page = yield* call(`${V}/jobs/query/${job.id}/results`)
      assert.strictEqual(
        page.text,
        '"Name","AnnualRevenue","NumberOfEmployees"\n"Big","1.6147805824397E13","12"\n"Small","5000.0",""\n'
      )
    })
  )

  it.effect("what Bulk does not read is refused at creation", () =>
    Effect.gen(function* () {
      const refusals: ReadonlyArray<readonly [string, string, RegExp]> = [
        ["SELECT COUNT() FROM Contact", "FUNCTIONALITY_NOT_ENABLED", /Aggregate/],
        ["SELECT COUNT(Id) FROM Contact", "FUNCTIONALITY_NOT_ENABLED", /Aggregate/],
        [
          "SELECT Id, BillingAddress FROM Account",
          "FUNCTIONALITY_NOT_ENABLED",
          /^Selecting compound data not supported in Bulk Query$/
        ],
        ["SELECT Id, (SELECT Id FROM Contacts) FROM Account", "FUNCTIONALITY_NOT_ENABLED", /Nested/],
        ["SELECT Id FROM Contact LIMIT 5 OFFSET 5", "FUNCTIONALITY_NOT_ENABLED", /OFFSET/],
        ["SELECT Idx FROM Contact", "INVALID_FIELD", /No such column 'Idx' on entity 'Contact'/],
        ["SELECT Id FROM Nope", "INVALID_TYPE", /sObject type 'Nope' is not supported/]
      ]
      for (const [query, errorCode, message] of refusals) {
        const answer = yield* createJob(query)
        assert.strictEqual(answer.status, 400, query)
        assert.strictEqual(answer.json[0].errorCode, errorCode, query)
        assert.match(answer.json[0].message, message)
      }
      assert.strictEqual((yield* createJob("SELECT Id FROM Contact", { operation: "insert" })).status, 400)
      assert.strictEqual((yield* createJob("SELECT Id FROM Contact", { contentType: "JSON" })).status, 400)
    })
  )

  it.effect("a job is aborted while it runs, and gone once it is deleted", () =>
    Effect.gen(function* () {
      const { call, control } = yield* EmulatedOrg
      yield* control("switches", { bulkRunMs: 5000 })
      const { json: created } = yield* createJob("SELECT Id FROM Contact")
      const path = `${V}/jobs/query/${created.id}`
      yield* Effect.sleep("150 millis")
      assert.strictEqual((yield* call(path)).json.state, "InProgress")
      assert.strictEqual((yield* call(path, { method: "DELETE" })).status, 400)
      const aborted = yield* call(path, { method: "PATCH", body: '{"state":"Aborted"}' })
      assert.strictEqual(aborted.status, 200)
      assert.strictEqual(aborted.json.state, "Aborted")
      assert.strictEqual((yield* call(path, { method: "PATCH", body: '{"state":"Aborted"}' })).status, 400)
      assert.strictEqual((yield* call(path, { method: "DELETE" })).status, 204)
      const gone = yield* call(path)
      assert.strictEqual(gone.status, 404)
      assert.strictEqual(gone.json[0].errorCode, "NOT_FOUND")
      yield* control("switches", { bulkRunMs: 30 })
    })
  )

  it.effect("jobs leave after seven days of the org's clock", () =>
    Effect.gen(function* () {
      const { call, org } = yield* EmulatedOrg
      const job = yield* finishedJob("SELECT Id FROM Contact LIMIT 1")
      org.clock.advance(7 * 86_400 + 60)
      assert.strictEqual((yield* call(`${V}/jobs/query/${job.id}`)).status, 404)
      org.clock.reset()
    })
  )
})
