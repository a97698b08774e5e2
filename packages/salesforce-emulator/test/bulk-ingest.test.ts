import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"

const V = "/services/data/v68.0"

type Settings = Readonly<Record<string, unknown>>

const create = Effect.fnUntraced(function* (settings: Settings) {
  const { call } = yield* EmulatedOrg
  return yield* call(`${V}/jobs/ingest`, {
    method: "POST",
    body: JSON.stringify({ object: "Contact", ...settings })
  })
})

const put = Effect.fnUntraced(function* (id: string, csv: string, type = "text/csv") {
  const { call } = yield* EmulatedOrg
  return yield* call(`${V}/jobs/ingest/${id}/batches`, {
    method: "PUT",
    body: csv,
    headers: { "content-type": type }
  })
})

const setState = Effect.fnUntraced(function* (id: string, state: string) {
  const { call } = yield* EmulatedOrg
  return yield* call(`${V}/jobs/ingest/${id}`, { method: "PATCH", body: JSON.stringify({ state }) })
})

const ended = Effect.fnUntraced(function* (id: string) {
  const { call } = yield* EmulatedOrg
  for (let tries = 0; tries < 500; tries++) {
    const { json } = yield* call(`${V}/jobs/ingest/${id}`)
    if (!["Open", "UploadComplete", "InProgress"].includes(json.state)) return json
    yield* Effect.sleep("10 millis")
  }
  return assert.fail("the job did not end")
})

const run = Effect.fnUntraced(function* (settings: Settings, csv: string) {
  const { json } = yield* create(settings)
  assert.strictEqual((yield* put(json.id, csv)).status, 201)
  assert.strictEqual((yield* setState(json.id, "UploadComplete")).json.state, "UploadComplete")
  return yield* ended(json.id)
})

const result = Effect.fnUntraced(function* (id: string, file: string) {
  const { call } = yield* EmulatedOrg
  return (yield* call(`${V}/jobs/ingest/${id}/${file}`)).text
})

const records = Effect.fnUntraced(function* (soql: string) {
  const { call } = yield* EmulatedOrg
  const { json } = yield* call(`${V}/queryAll?q=${encodeURIComponent(soql)}`)
  // biome-ignore lint/suspicious/noExplicitAny: records of the answer
  return json.records.map(({ attributes: _, ...record }: any) => record)
})

const idsOf = (csv: string) => [...csv.matchAll(/^"(003\w{15})"/gm)].map(([, id]) => id ?? "")

layer(EmulatedOrg.layer(), { excludeTestServices: true })("bulk ingest jobs", (it) => {
  it.effect("a new job is Open and says where its content goes", () =>
    Effect.gen(function* () {
      const { status, json, text } = yield* create({ operation: "insert" })
      assert.strictEqual(status, 200)
      assert.deepInclude(json, { state: "Open", object: "Contact", operation: "insert", contentType: "CSV" })
      assert.strictEqual(json.contentUrl, `services/data/v68.0/jobs/ingest/${json.id}/batches`)
      assert.include(text, '"apiVersion":68.0')
    })
  )

  it.effect("insert, update, delete and hard delete change the org and say so record by record", () =>
    Effect.gen(function* () {
      const inserted = yield* run(
        { operation: "insert", lineEnding: "LF" },
        'LastName,FirstName,Title\n"O""Neil",Ann,"two\nlines"\n,Bob,no name\nLast,,"a,b"\n'
      )
      assert.deepInclude(inserted, {
        state: "JobComplete",
        jobType: "V2Ingest",
        numberRecordsProcessed: 3,
        numberRecordsFailed: 1
      })
      const good = yield* result(inserted.id, "successfulResults")
      const bad = yield* result(inserted.id, "failedResults/")
      assert.match(
        good,
        /^"sf__Id","sf__Created","LastName","FirstName","Title"\n"003\w{15}","true","O""Neil","Ann","two\nlines"\n"003\w{15}","true","Last","","a,b"\n$/
      )
      assert.strictEqual(
        bad,
        '"sf__Id","sf__Error","LastName","FirstName","Title"\n"","REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --","","Bob","no name"\n'
      )
      assert.strictEqual(yield* result(inserted.id, "unprocessedrecords"), '"LastName","FirstName","Title"\n')
      const [first = "", second = ""] = idsOf(good)

      const updated = yield* run(
        { operation: "update" },
        `Id,FirstName,Title\n${first},#N/A,\n${second},New,#N/A\n,x,y\n`
      )
      assert.strictEqual(updated.numberRecordsFailed, 1)
      assert.include(
        yield* result(updated.id, "failedResults"),
        "MISSING_ARGUMENT:Id not specified in an update call:--"
      )
      assert.match(
        yield* result(updated.id, "successfulResults"),
        /"003\w{15}","false","003\w{15}","#N\/A",""\n/
      )
      assert.deepStrictEqual(yield* records(`SELECT FirstName, Title FROM Contact WHERE Id = '${first}'`), [
        { FirstName: null, Title: "two\nlines" }
      ])
      assert.deepStrictEqual(yield* records(`SELECT FirstName, Title FROM Contact WHERE Id = '${second}'`), [
        { FirstName: "New", Title: null }
      ])

      yield* run({ operation: "delete" }, `Id\n${first}\n`)
      assert.deepStrictEqual(yield* records(`SELECT IsDeleted FROM Contact WHERE Id = '${first}'`), [
        { IsDeleted: true }
      ])
      const gone = yield* run({ operation: "hardDelete" }, `"Id"\r\n"${second}"\r\n`)
      assert.strictEqual(gone.numberRecordsFailed, 0)
      assert.deepStrictEqual(yield* records(`SELECT Id FROM Contact WHERE Id = '${second}'`), [])
      const again = yield* run({ operation: "delete" }, `Id\n${first}\n`)
      assert.strictEqual(again.numberRecordsFailed, 1)
    })
  )

  it.effect("upsert inserts what it does not find and updates what it does", () =>
    Effect.gen(function* () {
      const first = yield* run(
        { operation: "upsert", externalIdFieldName: "Id" },
        "LastName,FirstName\nUp,One\nUp,Two\n"
      )
      const [one = ""] = idsOf(yield* result(first.id, "successfulResults"))
      const second = yield* run(
        { operation: "upsert", externalIdFieldName: "id" },
        `Id,LastName,FirstName\n${one},Up,Changed\n,Up,Three\n`
      )
      const lines = (yield* result(second.id, "successfulResults")).split("\n")
      assert.match(lines[1] ?? "", new RegExp(`^"${one}","false"`))
      assert.match(lines[2] ?? "", /^"003\w{15}","true"/)
      assert.deepStrictEqual(
        yield* records("SELECT FirstName FROM Contact WHERE LastName = 'Up' ORDER BY FirstName"),
        [{ FirstName: "Changed" }, { FirstName: "Three" }, { FirstName: "Two" }]
      )
      assert.strictEqual((yield* create({ operation: "upsert" })).status, 400)
      assert.strictEqual((yield* create({ operation: "upsert", externalIdFieldName: "Title" })).status, 400)
    })
  )

  it.effect("ten thousand records go in, read with any delimiter and in any case of the header", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const lines = Array.from({ length: 10_000 }, (_, at) => `Many\`${at}`)
      const job = yield* run(
        { operation: "insert", columnDelimiter: "BACKQUOTE", lineEnding: "CRLF" },
        `LASTNAME\`department\r\n${lines.join("\r\n")}\r\n`
      )
      assert.deepInclude(job, { numberRecordsProcessed: 10_000, numberRecordsFailed: 0 })
      const { json } = yield* call(`${V}/query?q=SELECT+COUNT()+FROM+Contact+WHERE+LastName='Many'`)
      assert.strictEqual(json.totalSize, 10_000)
      const good = yield* result(job.id, "successfulResults")
      assert.isTrue(good.startsWith('"sf__Id"`"sf__Created"`"LASTNAME"`"department"\r\n'))
      assert.strictEqual(good.split("\r\n").length, 10_002)
    })
  )

  it.effect("a job fails whole when its content cannot be read", () =>
    Effect.gen(function* () {
      const unknown = yield* run({ operation: "insert" }, "LastName,Nope\nx,y\n")
      assert.deepInclude(unknown, {
        state: "Failed",
        errorMessage: "InvalidBatch : Field name not found : Nope"
      })
      const torn = yield* run({ operation: "insert" }, 'LastName,Title\nx,"no end\n')
      assert.strictEqual(torn.state, "Failed")
      assert.notInclude(torn.errorMessage, "/tmp")
      assert.strictEqual((yield* run({ operation: "insert" }, "\n")).state, "Failed")
    })
  )

  it.effect("an aborted job leaves the rest unprocessed", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const { json } = yield* create({ operation: "insert" })
      yield* put(json.id, `LastName\n${"Rest\n".repeat(50_000)}`)
      yield* setState(json.id, "UploadComplete")
      let processed = 0
      while (processed === 0) {
        processed = (yield* call(`${V}/jobs/ingest/${json.id}`)).json.numberRecordsProcessed
        yield* Effect.sleep("5 millis")
      }
      assert.strictEqual((yield* setState(json.id, "Aborted")).json.state, "Aborted")
      const good = (yield* result(json.id, "successfulResults")).split("\n").length - 2
      const rest = (yield* result(json.id, "unprocessedrecords")).split("\n").length - 2
      assert.isAbove(good, 0)
      assert.isAbove(rest, 0)
      assert.strictEqual(good + rest, 50_000)
      const { json: counted } = yield* call(`${V}/query?q=SELECT+COUNT()+FROM+Contact+WHERE+LastName='Rest'`)
      assert.strictEqual(counted.totalSize, good)
    })
  )

  it.effect("what makes no sense is refused", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      assert.strictEqual((yield* create({ operation: "merge" })).status, 400)
      assert.strictEqual((yield* create({ operation: "insert", object: "Nope" })).status, 400)
      assert.strictEqual((yield* create({ operation: "insert", contentType: "XML" })).status, 400)
      assert.strictEqual((yield* call(`${V}/jobs/ingest`, { method: "POST", body: "{" })).status, 400)
      const { json } = yield* create({ operation: "insert" })
      assert.strictEqual((yield* setState(json.id, "UploadComplete")).status, 400)
      assert.strictEqual((yield* put(json.id, "LastName\nx\n", "application/json")).status, 415)
      assert.strictEqual((yield* put(json.id, "LastName\nx\n", "text/csv; charset=UTF-8")).status, 201)
      assert.strictEqual((yield* put(json.id, "LastName\nx\n")).status, 400)
      assert.strictEqual((yield* call(`${V}/jobs/ingest/${json.id}`, { method: "DELETE" })).status, 400)
      assert.strictEqual((yield* setState(json.id, "Aborted")).status, 200)
      assert.strictEqual((yield* put(json.id, "LastName\nx\n")).status, 400)
      assert.strictEqual((yield* call(`${V}/jobs/ingest/${json.id}`, { method: "DELETE" })).status, 204)
      assert.strictEqual((yield* call(`${V}/jobs/ingest/${json.id}`)).status, 404)
      assert.strictEqual((yield* setState(json.id, "Aborted")).status, 404)
    })
  )

  it.effect("a multipart call creates, uploads and closes at once", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const form = new FormData()
      form.set("job", new Blob(['{"object":"Contact","operation":"insert"}'], { type: "application/json" }))
      form.set("content", new Blob(["LastName\nParts\n"], { type: "text/csv" }), "content")
      const { status, json } = yield* call(`${V}/jobs/ingest`, { method: "POST", body: form })
      assert.strictEqual(status, 200)
      assert.strictEqual(json.state, "UploadComplete")
      assert.strictEqual((yield* ended(json.id)).numberRecordsProcessed, 1)
    })
  )

  it.effect("the lists show the jobs, by kind when asked", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      yield* call(`${V}/jobs/query`, {
        method: "POST",
        body: '{"operation":"query","query":"SELECT Id FROM Contact"}'
      })
      const kinds = (path: string) =>
        Effect.map(call(`${V}/jobs/${path}`), ({ json }) => [
          // biome-ignore lint/suspicious/noExplicitAny: listed jobs
          ...new Set(json.records.map(({ jobType }: any) => jobType))
        ])
      assert.sameMembers(yield* kinds("query"), ["V2Query", "V2Ingest"])
      assert.deepStrictEqual(yield* kinds("query?jobType=V2Query"), ["V2Query"])
      assert.deepStrictEqual(yield* kinds("ingest"), ["V2Ingest"])
    })
  )
})
