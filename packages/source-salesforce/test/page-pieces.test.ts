import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import { Effect, Schema } from "effect"
import { PagePieces } from "../src/bulk/page-pieces.ts"
import { csvLine } from "../src/rest/csv-record.ts"
import { spoolFolder } from "./spool.ts"

const header = csvLine(["Id", "Note"])

const chunksOf = (bytes: Buffer, cuts: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((to, index) => bytes.subarray(at[index], to))
}

const recordsOf = (text: Buffer | string): ReadonlyArray<ReadonlyArray<string>> =>
  parse(text, { columns: false }) as ReadonlyArray<ReadonlyArray<string>>

const piecesIn = (folder: string, pieceBytes: number): PagePieces =>
  new PagePieces({
    pathOf: (piece) => join(folder, `page-${piece}.csv`),
    room: { patienceMillis: 0, notice: () => undefined },
    pieceBytes
  })

describe("the pieces of a page", () => {
  const Size = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 }))
  const Cut = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 }))
  const Part = Schema.Literals(['"', "\n", ",", "\r\n", '""', "x", "é", "💧", '",\n"'])
  it.live.prop(
    "together hold each record once, in order, each piece read by itself, whatever the text and its chunks",
    {
      rows: Schema.Array(Schema.Array(Part)),
      cuts: Schema.Array(Cut),
      pieceBytes: Size,
      endsWithLine: Schema.Boolean,
      lineEnd: Schema.Literals(["\n", "\r\n"])
    },
    ({ rows, cuts, pieceBytes, endsWithLine, lineEnd }) =>
      Effect.gen(function* () {
        const folder = yield* spoolFolder
        const line = (cells: ReadonlyArray<string>): string => csvLine(cells).replace(/\n$/, lineEnd)
        const body = rows.map((parts, at) => line([`row ${at}`, parts.join("")])).join("")
        const text = line(["Id", "Note"]) + body
        const bytes = Buffer.from(endsWithLine ? text : text.trimEnd())
        const pieces = piecesIn(folder, pieceBytes)
        for (const chunk of chunksOf(bytes, cuts)) {
          if (chunk.length > 0) yield* Effect.promise(() => pieces.put(chunk))
        }
        const files = yield* Effect.promise(() => pieces.end())
        const found: Array<ReadonlyArray<string>> = []
        for (const { path, rows: count, bytes: size } of files) {
          const content = yield* Effect.promise(() => readFile(path))
          assert.isTrue(content.toString().startsWith(line(["Id", "Note"])))
          const [first, ...records] = recordsOf(content)
          assert.deepStrictEqual(first, ["Id", "Note"])
          assert.strictEqual(records.length, count)
          assert.isAbove(count, 0)
          assert.strictEqual(content.length, size)
          found.push(...records)
        }
        assert.deepStrictEqual(found, recordsOf(text).slice(1))
        assert.strictEqual(pieces.counter.records, rows.length)
        assert.strictEqual((yield* Effect.promise(() => readdir(folder))).length, files.length)
      }).pipe(Effect.scoped)
  )

  it.live("are as many as the size asks for", () =>
    Effect.gen(function* () {
      const folder = yield* spoolFolder
      const pieces = piecesIn(folder, 1000)
      const text = Array.from({ length: 100 }, (_, at) => csvLine([`row ${at}`, "x".repeat(80)])).join("")
      for (const chunk of chunksOf(Buffer.from(header + text), [3333, 5000, 5001, 9000])) {
        yield* Effect.promise(() => pieces.put(chunk))
      }
      const files = yield* Effect.promise(() => pieces.end())
      assert.strictEqual(files.length, 4)
    }).pipe(Effect.scoped)
  )

  it.live("leave nothing when they are discarded, not even while one is written", () =>
    Effect.gen(function* () {
      const folder = yield* spoolFolder
      const pieces = piecesIn(folder, 20)
      const line = csvLine(["row", "some text"])
      yield* Effect.promise(() => pieces.put(Buffer.from(header + line + line)))
      const late = pieces.put(Buffer.from(line + line + line))
      yield* Effect.promise(() => pieces.discard())
      yield* Effect.promise(() => late)
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(folder)), [])
    }).pipe(Effect.scoped)
  )
})
