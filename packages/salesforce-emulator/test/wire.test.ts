import { request } from "node:http"
import { connect } from "node:net"
import { gunzipSync } from "node:zlib"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"

interface Outcome {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Buffer
  readonly error: string | undefined
}

/** Reads an answer to its end, however it ends. */
const read = (url: string, headers: Record<string, string> = {}) =>
  Effect.promise(
    () =>
      new Promise<Outcome>((resolve) => {
        const chunks: Array<Buffer> = []
        let status = 0
        let received: Readonly<Record<string, unknown>> = {}
        const end = (error?: NodeJS.ErrnoException) =>
          resolve({ status, headers: received, body: Buffer.concat(chunks), error: error?.code })
        request(url, { headers }, (answer) => {
          status = answer.statusCode ?? 0
          received = answer.headers
          answer.on("data", (chunk: Buffer) => chunks.push(chunk))
          answer.on("end", () => end())
          answer.on("error", end)
        })
          .on("error", end)
          .end()
      })
  )

const versions = "/services/data"

layer(EmulatedOrg.layer(), { excludeTestServices: true })("faults", (it) => {
  it.effect("a status fault answers in place of the emulator, as often as it was asked to", () =>
    Effect.gen(function* () {
      const { bare, control } = yield* EmulatedOrg
      const posted = yield* control("faults", {
        match: { method: "get", path: "/services/data" },
        times: 2,
        action: { status: 503, body: "<html>busy</html>", headers: { "retry-after": "1" } }
      })
      assert.strictEqual(posted.status, 201)
      for (let time = 0; time < 2; time++) {
        const answer = yield* bare(versions)
        assert.strictEqual(answer.status, 503)
        assert.strictEqual(answer.text, "<html>busy</html>")
        assert.match(answer.headers.get("content-type") ?? "", /text\/html/)
        assert.strictEqual(answer.headers.get("retry-after"), "1")
      }
      assert.strictEqual((yield* bare(versions)).status, 200)
    })
  )

  it.effect("a body that is not text is sent as JSON", () =>
    Effect.gen(function* () {
      const { bare, control } = yield* EmulatedOrg
      const error = [{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "TotalRequests Limit exceeded." }]
      yield* control("faults", { match: { path: "/services" }, action: { status: 403, body: error } })
      const answer = yield* bare(versions)
      assert.deepStrictEqual(answer.json, error)
    })
  )

  it.effect("a fault matches on the method and on path and query, encoded or not", () =>
    Effect.gen(function* () {
      const { call, control, bare } = yield* EmulatedOrg
      yield* control("faults", { match: { path: "q=SELECT Id FROM User" }, action: { status: 500 } })
      yield* control("faults", { match: { method: "POST", path: versions }, action: { status: 418 } })
      assert.strictEqual((yield* bare(versions)).status, 200)
      assert.strictEqual((yield* call("/services/data/v68.0/query?q=SELECT+Id+FROM+User")).status, 500)
      assert.strictEqual((yield* bare(versions, { method: "POST" })).status, 418)
      assert.deepStrictEqual((yield* bare("/emulator/faults")).json, [])
    })
  )

  it.effect("resetAfterBytes resets the connection after so many bytes of the body", () =>
    Effect.gen(function* () {
      const { url, control } = yield* EmulatedOrg
      const whole = yield* read(url + versions)
      for (const bytes of [1, 500]) {
        yield* control("faults", { match: { path: versions }, action: { resetAfterBytes: bytes } })
        const cut = yield* read(url + versions)
        assert.strictEqual(cut.status, 200)
        assert.strictEqual(cut.error, "ECONNRESET")
        assert.isTrue(cut.body.equals(whole.body.subarray(0, bytes)))
      }
    })
  )

  it.effect("the reset is one of TCP, not an early end", () =>
    Effect.gen(function* () {
      const { url, control } = yield* EmulatedOrg
      yield* control("faults", { match: { path: versions }, action: { resetAfterBytes: 10 } })
      const error = yield* Effect.promise(
        () =>
          new Promise<string | undefined>((resolve) => {
            const socket = connect(Number(new URL(url).port), "127.0.0.1")
            socket.write(`GET ${versions} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
            socket.on("error", (cause: NodeJS.ErrnoException) => resolve(cause.code))
            socket.on("end", () => resolve(undefined))
            socket.resume()
          })
      )
      assert.strictEqual(error, "ECONNRESET")
    })
  )

  it.effect("resetAfterBytes 0 loses the answer of a request that was processed", () =>
    Effect.gen(function* () {
      const { url, control, bare } = yield* EmulatedOrg
      yield* bare("/emulator/requests", { method: "DELETE" })
      yield* control("faults", { match: { path: versions }, action: { resetAfterBytes: 0 } })
      const cut = yield* read(url + versions)
      assert.strictEqual(cut.status, 0)
      assert.strictEqual(cut.error, "ECONNRESET")
      const { json } = yield* bare("/emulator/requests")
      assert.deepInclude(json[0], { status: 200, bytes: 0, ended: "reset" })
    })
  )

  it.effect("truncateAfterBytes ends the body early as if it were whole", () =>
    Effect.gen(function* () {
      const { url, control } = yield* EmulatedOrg
      const whole = yield* read(url + versions)
      yield* control("faults", { match: { path: versions }, action: { truncateAfterBytes: 100 } })
      const cut = yield* read(url + versions)
      assert.strictEqual(cut.error, undefined)
      assert.notProperty(cut.headers, "content-length")
      assert.isTrue(cut.body.equals(whole.body.subarray(0, 100)))
    })
  )

  it.effect("a result page is reset and truncated in the middle of its gzip bytes", () =>
    Effect.gen(function* () {
      const { url, accessToken, call, control, org } = yield* EmulatedOrg
      yield* org.store.run(
        `INSERT INTO "Contact" BY NAME SELECT '003Dn0' || lpad(i::VARCHAR, 9, '0') || 'AAA' AS "Id", md5(i::VARCHAR) AS "LastName", false AS "IsDeleted" FROM range(20000) t(i)`
      )
      const { json: job } = yield* call("/services/data/v68.0/jobs/query", {
        method: "POST",
        body: JSON.stringify({ operation: "query", query: "SELECT Id, LastName FROM Contact" })
      })
      const jobPath = `/services/data/v68.0/jobs/query/${job.id}`
      while ((yield* call(jobPath)).json.state !== "JobComplete") yield* Effect.sleep("20 millis")
      const path = `${url}${jobPath}/results`
      const headers = { authorization: `Bearer ${accessToken}`, "accept-encoding": "gzip" }
      const whole = yield* read(path, headers)
      assert.isAbove(gunzipSync(whole.body).length, 1_000_000)
      const match = { path: "/results" }
      yield* control("faults", { match, action: { resetAfterBytes: 300_000 } })
      const reset = yield* read(path, headers)
      assert.strictEqual(reset.error, "ECONNRESET")
      assert.isTrue(reset.body.equals(whole.body.subarray(0, 300_000)))
      yield* control("faults", { match, action: { truncateAfterBytes: 300_000 } })
      const truncated = yield* read(path, headers)
      assert.strictEqual(truncated.error, undefined)
      assert.strictEqual(truncated.body.length, 300_000)
      assert.throws(() => gunzipSync(truncated.body))
      assert.isTrue((yield* read(path, headers)).body.equals(whole.body))
    })
  )

  it.effect("delayMs holds the answer back", () =>
    Effect.gen(function* () {
      const { bare, control } = yield* EmulatedOrg
      yield* control("faults", { match: { path: versions }, action: { delayMs: 200 } })
      const started = performance.now()
      assert.strictEqual((yield* bare(versions)).status, 200)
      assert.isAtLeast(performance.now() - started, 195)
    })
  )

  it.effect("a fault that makes no sense is refused, and DELETE forgets those that wait", () =>
    Effect.gen(function* () {
      const { bare, control } = yield* EmulatedOrg
      for (const body of [
        {},
        { action: {} },
        { action: { status: 99 } },
        { action: { nope: 1 } },
        { times: 0, action: { status: 500 } }
      ]) {
        assert.strictEqual((yield* control("faults", body)).status, 400, JSON.stringify(body))
      }
      yield* control("faults", { action: { status: 500 } })
      assert.strictEqual((yield* bare("/emulator/faults", { method: "DELETE" })).status, 204)
      assert.strictEqual((yield* bare(versions)).status, 200)
    })
  )
})

layer(EmulatedOrg.layer())("control calls that ask for what cannot be", (it) => {
  it.effect("are refused, and the org goes on", () =>
    Effect.gen(function* () {
      const { call, control } = yield* EmulatedOrg
      const fault = (action: unknown) => control("faults", { action })
      const perApp = (name: string) => control("limits", { perApp: { name, max: 5, used: 0 } })
      for (const ask of [
        fault({ status: 200, headers: { "x y": "z" } }),
        fault({ status: 200, headers: { x: "a\r\nb: c" } }),
        fault({ delayMs: 1e12 }),
        perApp("a\r\nX-Evil: 1"),
        perApp("\u2603"),
        control("clock", { advanceSeconds: 1e15 }),
        control("clock", { advanceSeconds: -1e12 })
      ]) {
        assert.strictEqual((yield* ask).status, 400)
        assert.strictEqual((yield* call("/services/data/v68.0/limits")).status, 200)
      }
    })
  )
})

layer(EmulatedOrg.layer(), { excludeTestServices: true })("the request log", (it) => {
  it.effect("says what was asked, what was sent and whether it counts against the limits", () =>
    Effect.gen(function* () {
      const { bare, call } = yield* EmulatedOrg
      yield* bare("/emulator/requests", { method: "DELETE" })
      const listed = yield* bare(versions)
      yield* call("/services/data/v68.0?x=1", {
        headers: { "sforce-call-options": "client=decant, other=1" }
      })
      yield* bare("/services/data/v68.0")
      const { json } = yield* bare("/emulator/requests")
      assert.deepStrictEqual(
        // biome-ignore lint/suspicious/noExplicitAny: lines of the log
        json.map(({ method, path, query, status, client, countedAgainstLimits, ended }: any) => ({
          method,
          path,
          query,
          status,
          client,
          countedAgainstLimits,
          ended
        })),
        [
          {
            method: "GET",
            path: versions,
            query: "",
            status: 200,
            client: null,
            countedAgainstLimits: false,
            ended: "complete"
          },
          {
            method: "GET",
            path: "/services/data/v68.0",
            query: "x=1",
            status: 200,
            client: "decant",
            countedAgainstLimits: true,
            ended: "complete"
          },
          {
            method: "GET",
            path: "/services/data/v68.0",
            query: "",
            status: 401,
            client: null,
            countedAgainstLimits: false,
            ended: "complete"
          }
        ]
      )
      assert.strictEqual(json[0].bytes, Buffer.byteLength(listed.text))
      assert.isAtLeast(Date.parse(json[0].time), Date.now() - 60_000)
    })
  )

  it.effect("never keeps a token that came in the query string", () =>
    Effect.gen(function* () {
      const { bare, accessToken } = yield* EmulatedOrg
      yield* bare(`/id/a/b?format=json&oauth_token=${encodeURIComponent(accessToken)}`)
      const { text } = yield* bare("/emulator/requests")
      assert.notInclude(text, accessToken)
      assert.notInclude(text, encodeURIComponent(accessToken))
      assert.include(text, "oauth_token=REDACTED")
    })
  )
})

layer(EmulatedOrg.layer(), { excludeTestServices: true })("the edge", (it) => {
  it.effect("header names have the case that Salesforce writes them in", () =>
    Effect.gen(function* () {
      const { url, accessToken } = yield* EmulatedOrg
      const names = yield* Effect.promise(
        () =>
          new Promise<ReadonlyArray<string>>((resolve, reject) => {
            const headers = { authorization: `Bearer ${accessToken}` }
            request(`${url}/services/data/v68.0/limits`, { headers }, (answer) => {
              answer.resume()
              resolve(answer.rawHeaders.filter((_, at) => at % 2 === 0))
            })
              .on("error", reject)
              .end()
          })
      )
      assert.includeMembers([...names], ["Content-Type", "Content-Length", "Sforce-Limit-Info", "Date"])
    })
  )

  it.effect("a URI over 16,384 bytes is 414, URI and headers over it 431", () =>
    Effect.gen(function* () {
      const { bare } = yield* EmulatedOrg
      assert.strictEqual((yield* bare(`${versions}?q=${"x".repeat(17_000)}`)).status, 414)
      assert.strictEqual(
        (yield* bare(`${versions}?q=${"x".repeat(9_000)}`, { headers: { "x-long": "y".repeat(9_000) } }))
          .status,
        431
      )
      assert.strictEqual((yield* bare(`${versions}?q=${"x".repeat(15_000)}`)).status, 200)
    })
  )

  it.effect("bytes that are not HTTP close the connection and nothing else", () =>
    Effect.gen(function* () {
      const { url, bare } = yield* EmulatedOrg
      yield* Effect.promise(
        () =>
          new Promise<void>((resolve) => {
            const socket = connect(Number(new URL(url).port), "127.0.0.1", () =>
              socket.write("\0\u0001\r\n\r\n")
            )
            socket.on("close", () => resolve())
            socket.on("error", () => {})
            socket.resume()
          })
      )
      assert.strictEqual((yield* bare(versions)).status, 200)
    })
  )
})
