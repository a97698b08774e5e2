/** The bytes of CSV files: scanned, cut into parts, and columns left out, wherever chunks end. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import { Effect } from "effect"
import { beforeEachRecord, csvRecord, keepColumns, recordCount } from "../src/load/column-filter.ts"
import { scanCsv } from "../src/load/csv-scan.ts"

const folder = mkdtempSync(join(tmpdir(), "decant-csv-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const file = (content: string | Uint8Array): string => {
  const path = join(folder, `${files++}.csv`)
  writeFileSync(path, content)
  return path
}

const awkward = [
  ["plain", "x", "1"],
  ["comma, here", 'quote "here"', "line\nfeed"],
  ["", "", ""],
  ["línea\r\nCRLF", "emoji 🎈", "a"],
  ["end", ",", '"']
]
const csv = (rows: ReadonlyArray<ReadonlyArray<string>>, end = "\n"): string =>
  rows.map((row) => `${csvRecord(row)}${end}`).join("")

const chunked = (text: string, size: number, push: (chunk: Uint8Array) => Uint8Array): string => {
  const bytes = Buffer.from(text)
  const out: Array<Uint8Array> = []
  for (let at = 0; at < bytes.length; at += size) out.push(push(bytes.subarray(at, at + size)))
  return Buffer.concat(out).toString("utf8")
}

describe("leaving out columns", () => {
  for (const end of ["\n", "\r\n"]) {
    it(`keeps the others' values whatever they hold, lines ending with ${JSON.stringify(end)}`, () => {
      for (const keep of [
        [true, false, true],
        [false, true, false],
        [false, false, true],
        [true, true, false]
      ]) {
        for (const size of [1, 2, 3, 7, 1000]) {
          const kept = parse(chunked(csv(awkward, end), size, keepColumns(keep)))
          assert.deepStrictEqual(
            kept,
            awkward.map((row) => row.filter((_, at) => keep[at]))
          )
        }
      }
    })
  }

  it("puts a reason before each record, and counts them", () => {
    for (const size of [1, 3, 1000]) {
      const marked = parse(chunked(csv(awkward), size, beforeEachRecord("why,")))
      assert.deepStrictEqual(
        marked,
        awkward.map((row) => ["why", ...row])
      )
      const counter = recordCount()
      chunked(csv(awkward).trimEnd(), size, (chunk) => {
        counter.push(chunk)
        return chunk
      })
      assert.strictEqual(counter.total(), awkward.length)
    }
  })
})

describe("a scanned file", () => {
  it.effect("is cut between records into parts of the wanted size", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 200 }, (_, at) => awkward[at % awkward.length] ?? [])
      const text = `\uFEFFA,B,C\n${csv(rows)}`
      const path = file(text)
      const scanned = yield* scanCsv(path, 100)
      assert.strictEqual(scanned.header, "A,B,C")
      assert.strictEqual(scanned.rows, 200)
      assert.isAbove(scanned.parts.length, 10)
      const bytes = readFileSync(path)
      const cut = scanned.parts.map(({ from, to }) => bytes.subarray(from, to).toString("utf8"))
      assert.strictEqual(`\uFEFFA,B,C\n${cut.join("")}`, text)
      for (const [at, part] of scanned.parts.entries()) {
        assert.isAtMost(part.to - part.from, 100)
        assert.strictEqual(parse(cut[at] ?? "").length, part.rows)
      }
    })
  )

  it.effect("may end without a line end", () =>
    Effect.gen(function* () {
      const scanned = yield* scanCsv(file("A,B\r\n1,2\r\n3,4"), 1000)
      assert.strictEqual(scanned.rows, 2)
      assert.strictEqual(scanned.lineEnding, "CRLF")
      assert.strictEqual((yield* scanCsv(file("A,B\n"), 1000)).rows, 0)
    })
  )

  const refused: ReadonlyArray<readonly [string, string | Uint8Array, string]> = [
    ["too few values", "A,B\n1,2\n3\n", "line 3 has 1 values, the header 2"],
    ["a stray quote", 'A,B\n1,5" pipe\n', "line 2 has a quote inside a value"],
    ["quotes that stay open", 'A,B\n1,"x\n2,y\n', "opened in line 2"],
    ["two kinds of line ends", "A,B\r\n1,2\r\n3,4\n", "line 3 ends otherwise"],
    ["an empty line", "A,B\n1,2\n\n3,4\n", "line 3 is empty"],
    ["another encoding", Buffer.from("A,B\nMüller,2\n", "latin1"), "not UTF-8"],
    ["nothing in it", "", "it is empty"]
  ]
  for (const [what, content, says] of refused) {
    it.effect(`with ${what} is refused, saying where`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(scanCsv(file(content), 1000))
        assert.strictEqual(error.code, "LOAD_FILE_INVALID")
        assert.include(error.message, says)
      })
    )
  }
})
