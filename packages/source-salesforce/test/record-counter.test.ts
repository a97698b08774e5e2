import { assert, describe, it } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import { Effect, Schema } from "effect"
import { RecordCounter } from "../src/bulk/record-counter.ts"
import { csvLine, parseHeader } from "../src/rest/csv-record.ts"

const count = (bytes: Uint8Array, cuts: ReadonlyArray<number>): RecordCounter => {
  const counter = new RecordCounter()
  let from = 0
  for (const cut of [...cuts.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    counter.push(bytes.subarray(from, cut))
    from = cut
  }
  return counter
}

const header = csvLine(["Id", "Owner.Name"])

describe("RecordCounter", () => {
  it("counts line feeds outside quotes only, with and without a last line end", () => {
    const text = `${header}"1","a\nb"\n"2","say ""\n"" twice"\n"3",""`
    assert.strictEqual(count(Buffer.from(text), []).records, 3)
    assert.strictEqual(count(Buffer.from(`${text}\n`), []).records, 3)
  })

  it("knows no record in an empty text and in a header alone", () => {
    assert.strictEqual(count(Buffer.from(""), []).records, 0)
    assert.strictEqual(count(Buffer.from(""), []).header, null)
    assert.strictEqual(count(Buffer.from(header), []).records, 0)
    assert.strictEqual(count(Buffer.from(header.trimEnd()), []).records, 0)
  })

  it("sees that a text ends inside a value", () => {
    assert.isFalse(count(Buffer.from(`${header}"1","cut he`), []).closed)
    assert.isTrue(count(Buffer.from(`${header}"1","whole"\n`), []).closed)
  })

  it("reads the header wherever the chunks are cut", () => {
    const bytes = Buffer.from(`${header}"1","x"\n`)
    for (let cut = 0; cut <= bytes.length; cut++) {
      assert.deepStrictEqual(parseHeader(count(bytes, [cut]).header ?? ""), ["Id", "Owner.Name"])
    }
  })

  const Cell = Schema.String
  it.effect.prop(
    "agrees with an independent parser on any text, chunking and alignment",
    {
      rows: Schema.Array(Schema.Tuple([Cell, Cell])),
      noise: Schema.Array(Schema.Literals(['"', "\n", ",", "\r\n", '""', "x", "é", "💧", "\u0000"])),
      cuts: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 }))),
      offset: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 7 }))
    },
    ({ rows, noise, cuts, offset }) =>
      Effect.sync(() => {
        const noisy = rows.map(([a, b]) => csvLine([a, `${b}${noise.join("")}`]))
        const text = Buffer.from(header + noisy.join(""), "utf8")
        const unaligned = Buffer.concat([Buffer.alloc(offset), text]).subarray(offset)
        const parsed = parse(text, { columns: false }) as ReadonlyArray<ReadonlyArray<string>>
        const counter = count(unaligned, cuts)
        assert.strictEqual(counter.records, parsed.length - 1)
        assert.isTrue(counter.closed)
      })
  )
})
