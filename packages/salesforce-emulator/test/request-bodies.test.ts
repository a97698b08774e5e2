import { deflateSync, gzipSync } from "node:zlib"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { codesOf, dataPath, records, rest } from "./support/rest.ts"

const json = { "content-type": "application/json" }

/** What the server sent, or undefined where it closed the connection instead. */
const attempt = Effect.fnUntraced(function* (path: string, init: RequestInit) {
  const { url, accessToken } = yield* EmulatedOrg
  return yield* Effect.promise(() =>
    fetch(url + path, {
      ...init,
      headers: { authorization: `Bearer ${accessToken}`, ...init.headers }
    }).catch(() => undefined)
  )
})

layer(EmulatedOrg.layer(), { excludeTestServices: true })("bodies and paths as clients send them", (it) => {
  it.effect("a record may come compressed by gzip or deflate", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      for (const [encoding, compress] of [
        ["gzip", gzipSync],
        ["deflate", deflateSync]
      ] as const) {
        const { status } = yield* call(`${dataPath}/sobjects/Account`, {
          method: "POST",
          headers: { ...json, "content-encoding": encoding },
          body: compress(JSON.stringify({ Name: encoding }))
        })
        assert.strictEqual(status, 201)
      }
      assert.deepStrictEqual(yield* records("SELECT Name FROM Account ORDER BY Name"), [
        { Name: "deflate" },
        { Name: "gzip" }
      ])
    })
  )

  it.effect("a call without a body may name a compression too", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const { status } = yield* call(`${dataPath}/limits`, { headers: { "content-encoding": "gzip" } })
      assert.strictEqual(status, 200)
    })
  )

  it.effect("the rows of a bulk job may come compressed", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const rows = Array.from({ length: 2_000 }, (_, at) => `Row ${at}`).join("\n")
      const job = yield* rest("POST", "jobs/ingest", { object: "Lead", operation: "insert" })
      const path = `${dataPath}/jobs/ingest/${job.json.id}/batches`
      const { status } = yield* call(path, {
        method: "PUT",
        headers: { "content-type": "text/csv", "content-encoding": "gzip" },
        body: gzipSync(`LastName,Company\n${rows.replaceAll("\n", ",Mill\n")},Mill\n`)
      })
      assert.strictEqual(status, 201)
      yield* rest("PATCH", `jobs/ingest/${job.json.id}`, { state: "UploadComplete" })
      for (let tries = 0; tries < 100; tries++) {
        const { state } = (yield* rest("GET", `jobs/ingest/${job.json.id}`)).json
        if (state === "JobComplete") break
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 50)))
      }
      const info = (yield* rest("GET", `jobs/ingest/${job.json.id}`)).json
      assert.deepStrictEqual([info.numberRecordsProcessed, info.numberRecordsFailed], [2_000, 0])
    })
  )

  it.effect("broken or swelling compression closes the connection and leaves the org running", () =>
    Effect.gen(function* () {
      const path = `${dataPath}/sobjects/Account`
      const headers = { ...json, "content-encoding": "gzip" }
      const good = gzipSync(JSON.stringify({ Name: "cut" }))
      for (const body of [
        Buffer.from("not gzip"),
        good.subarray(0, 20),
        gzipSync(Buffer.alloc(60 * 1024 * 1024))
      ]) {
        assert.isUndefined(yield* attempt(path, { method: "POST", headers, body }))
      }
      assert.strictEqual((yield* rest("GET", "limits")).status, 200)
      assert.deepStrictEqual(yield* records("SELECT Id FROM Account WHERE Name = 'cut'"), [])
    })
  )

  it.effect("a body that nests without end is refused", () =>
    Effect.gen(function* () {
      const deep = (body: string) => body.replace("$", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`)
      const part = `"method":"POST","url":"${dataPath}/sobjects/Account"`
      for (const [path, body] of [
        ["sobjects/Account", '{"Name":$}'],
        ["composite", `{"compositeRequest":[{${part},"referenceId":"a","body":$}]}`],
        ["composite/batch", `{"batchRequests":[{${part},"richInput":$}]}`],
        ["composite/sobjects", '{"records":[{"attributes":{"type":"Account"},"Name":$}]}']
      ] as const) {
        const { status, json: errors } = yield* rest("POST", path, deep(body))
        assert.deepStrictEqual([status, codesOf(errors)], [400, ["JSON_PARSER_ERROR"]])
      }
      const brackets = { Name: `${"[{".repeat(600)} \\" ${"[{".repeat(600)}`.slice(0, 255) }
      assert.strictEqual((yield* rest("POST", "sobjects/Account", brackets)).status, 201)
    })
  )

  it.effect("a path whose percent signs make no text is unknown", () =>
    Effect.gen(function* () {
      for (const path of ["sobjects/Account/%", "sobjects/%zz/describe", "sobjects/Account/%E0%A4%A"]) {
        const { status, json: body } = yield* rest("GET", path)
        assert.deepStrictEqual([status, codesOf(body)], [404, ["NOT_FOUND"]])
      }
    })
  )
})
