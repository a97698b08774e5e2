import { randomBytes } from "node:crypto"
import { readdir } from "node:fs/promises"
import type { ServerResponse } from "node:http"
import { basename } from "node:path"
import { gzipSync } from "node:zlib"
import type { Work } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { newJobRows } from "../src/bulk/bulk-rows.ts"
import { newRowsWork } from "../src/streams/work.ts"
import type { Tuning } from "../src/tuning.ts"
import { readingOf } from "./reading.ts"
import { rowsOf } from "./table.ts"
import { type Answer, clientOf, json } from "./wire.ts"

const csv = '"Id","Name"\n"1","one"\n"2","two\nlines ""quoted"""\n"3",""\n'

interface Page {
  readonly body: Buffer | string
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes after which the connection is cut. */
  readonly cutAt?: number
}

const good: Page = { body: gzipSync(csv), headers: { "content-encoding": "gzip" } }

const send = (response: ServerResponse, page: Page): void => {
  const headers = { "sforce-numberofrecords": "3", "sforce-locator": "null", ...page.headers }
  const length = Buffer.byteLength(page.body)
  response.writeHead(200, { "content-type": "text/csv", "content-length": length, ...headers })
  if (page.cutAt === undefined) response.end(page.body)
  else {
    response.write(Buffer.from(page.body).subarray(0, page.cutAt))
    setTimeout(() => response.destroy(), 20)
  }
}

/** A finished job whose result page is served from `pages`, the last one for good. */
const job = (pages: ReadonlyArray<Page>, processed = 3): Answer => {
  let served = 0
  return ({ method, path }, response) => {
    if (path.includes("/results")) send(response, pages[Math.min(served++, pages.length - 1)] ?? good)
    else if (method === "POST")
      json(response, 200, {
        id: "750A",
        state: "UploadComplete",
        createdDate: "2026-11-21T10:00:00.000+0000"
      })
    else json(response, 200, { id: "750A", state: "JobComplete", numberRecordsProcessed: processed })
  }
}

const work: Work = newRowsWork({ from: null, to: "2026-11-21T10:00:01.000Z" })

const read = (answer: Answer, sizes: Partial<Tuning> = {}) =>
  Effect.gen(function* () {
    const { client, asked } = yield* clientOf(answer)
    const reading = yield* readingOf(client, { sizes })
    const events = yield* Effect.result(Stream.runCollect(newJobRows(reading, work)))
    const fetches = asked.filter(({ path }) => path.includes("/results")).length
    const left = yield* Effect.promise(() => readdir(reading.context.spool))
    return { events, fetches, bytes: client.ledger.usage("Thing").bytes, left }
  })

const collected = (answer: Answer, sizes: Partial<Tuning> = {}) =>
  Effect.gen(function* () {
    const { events, fetches, bytes, left } = yield* read(answer, sizes)
    const list = events._tag === "Success" ? events.success : []
    assert.strictEqual(events._tag, "Success", JSON.stringify(events))
    const segments = list.flatMap((event) => (event.kind === "segment" ? [event.segment] : []))
    return { kinds: list.map(({ kind }) => kind), segments, fetches, bytes, left }
  })

const refused = (answer: Answer) =>
  Effect.map(read(answer, { pieceBytes: 1 }), ({ events, fetches, left }) => ({
    code: events._tag === "Failure" ? events.failure.code : "none",
    message: events._tag === "Failure" ? events.failure.message : "",
    fetches,
    left
  }))

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 0xff
  return copy
}

const gzip = gzipSync(csv)
const compressed = { "content-encoding": "gzip" }

describe("a result page", () => {
  it.live("lands as its text, named by its job, with the job's time", () =>
    Effect.gen(function* () {
      const { kinds, segments, fetches, bytes } = yield* collected(job([good]))
      assert.deepStrictEqual(kinds, ["work", "segment", "done"])
      assert.strictEqual(fetches, 1)
      assert.strictEqual(segments[0]?.asOf, "2026-11-21T10:00:00.000Z")
      assert.deepStrictEqual(
        segments[0]?.files.map(({ rows, gzip, bytes }) => [rows, gzip, bytes]),
        [[3, false, csv.length]]
      )
      assert.strictEqual(segments[0] && rowsOf(segments[0])[1]?.Name, 'two\nlines "quoted"')
      // What it weighs is what came over the wire.
      assert.strictEqual(bytes, gzip.length)
    }).pipe(Effect.scoped)
  )

  it.live("lies in pieces, so that several threads can read it", () =>
    Effect.gen(function* () {
      const count = 20_000
      const lines = Array.from(
        { length: count },
        (_, at) => `"${at}","line ${at}\nof ""${"x".repeat(90)}"""\n`
      )
      const big: Page = {
        body: gzipSync(`"Id","Name"\n${lines.join("")}`),
        headers: { ...compressed, "sforce-numberofrecords": String(count) }
      }
      const { segments, left } = yield* collected(job([big], count), { pieceBytes: 600_000 })
      const files = segments.flatMap((segment) => segment.files)
      assert.isAtLeast(files.length, 2)
      assert.deepStrictEqual(new Set(left), new Set(files.map(({ path }) => basename(path))))
      const rows = segments.flatMap(rowsOf)
      assert.deepStrictEqual(
        rows.map(({ Id }) => Id),
        Array.from({ length: count }, (_, at) => String(at))
      )
      assert.isTrue(rows.every(({ Id, Name }) => Name === `line ${Id}\nof "${"x".repeat(90)}"`))
    }).pipe(Effect.scoped)
  )

  it.live("may come uncompressed", () =>
    Effect.gen(function* () {
      const { segments } = yield* collected(job([{ body: csv }]))
      assert.strictEqual(segments[0]?.files[0]?.gzip, false)
    }).pipe(Effect.scoped)
  )

  for (const [what, body] of [
    ["a header alone", '"Id","Name"\n'],
    ["an empty body", ""]
  ] as const) {
    it.live(`of no rows may be ${what}`, () =>
      Effect.gen(function* () {
        const { kinds } = yield* collected(job([{ body, headers: { "sforce-numberofrecords": "0" } }], 0))
        assert.deepStrictEqual(kinds, ["work", "done"])
      }).pipe(Effect.scoped)
    )
  }

  const damages: ReadonlyArray<readonly [string, Page]> = [
    ["was cut in the middle of a transfer", { ...good, cutAt: 20 }],
    ["ends early as if complete", { body: gzip.subarray(0, gzip.length - 12), headers: compressed }],
    ["has a wrong checksum", { body: flipped(gzip, gzip.length - 6), headers: compressed }],
    ["has a flipped byte in its middle", { body: flipped(gzip, 30), headers: compressed }],
    ["is not gzip at all", { body: randomBytes(200), headers: compressed }],
    ["lost its last row at a row end", { body: csv.slice(0, csv.indexOf('"3"')) }],
    ["ends inside a value", { body: csv.slice(0, csv.indexOf("lines")) }],
    ["claims more rows than it has", { ...good, headers: { ...compressed, "sforce-numberofrecords": "4" } }],
    ["has its columns in another order", { body: csv.replace('"Id","Name"', '"Name","Id"') }],
    ["has another column", { body: csv.replace('"Name"', '"Nmae"') }]
  ]
  for (const [what, page] of damages) {
    it.live(`that ${what} is fetched again`, () =>
      Effect.gen(function* () {
        const { segments, fetches } = yield* collected(job([page, good]))
        assert.strictEqual(fetches, 2)
        assert.strictEqual(segments.length, 1)
        assert.strictEqual(segments[0] && rowsOf(segments[0]).length, 3)
      }).pipe(Effect.scoped)
    )
  }

  it.live("in another character set than UTF-8 is refused", () =>
    Effect.gen(function* () {
      const latin = { ...good, headers: { ...good.headers, "content-type": "text/csv; charset=ISO-8859-1" } }
      const { code, message } = yield* refused(job([latin]))
      assert.strictEqual(code, "ORG_REPLY_INVALID")
      assert.include(message, "ISO-8859-1")
    }).pipe(Effect.scoped)
  )

  it.live("that stays damaged fails its stream after three fetches and gives out nothing", () =>
    Effect.gen(function* () {
      const { code, fetches, left } = yield* refused(
        job([{ body: flipped(gzip, gzip.length - 6), headers: compressed }])
      )
      assert.strictEqual(code, "PAGE_DAMAGED")
      assert.strictEqual(fetches, 3)
      assert.deepStrictEqual(left, [])
    }).pipe(Effect.scoped)
  )
})

describe("a query job", () => {
  it.live("that failed fails its stream with Salesforce's reason", () =>
    Effect.gen(function* () {
      const { code, message } = yield* refused(({ method }, response) =>
        method === "POST"
          ? json(response, 200, { id: "750A", state: "UploadComplete" })
          : json(response, 200, { id: "750A", state: "Failed", errorMessage: "retried more than 15 times" })
      )
      assert.strictEqual(code, "JOB_FAILED")
      assert.include(message, "retried more than 15 times")
    }).pipe(Effect.scoped)
  )
})
