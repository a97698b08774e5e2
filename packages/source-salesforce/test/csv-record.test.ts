import { assert, describe, it } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import { Effect, Schema } from "effect"
import { csvLine, parseHeader, recordWriter } from "../src/rest/csv-record.ts"
import { parseKeepingNumbers } from "../src/rest/json-text.ts"

const readBack = (text: string): ReadonlyArray<ReadonlyArray<string>> =>
  parse(text, { columns: false }) as ReadonlyArray<ReadonlyArray<string>>

const record = (json: string): Record<string, unknown> => parseKeepingNumbers(json) as Record<string, unknown>

describe("REST records as CSV", () => {
  it("keeps numbers as they were sent", () => {
    const line = recordWriter(["A", "B", "C", "D"])(
      record('{"A":9007199254740993,"B":5.0,"C":1.6147805824397E13,"D":-0.10}')
    )
    assert.strictEqual(line, '"9007199254740993","5.0","1.6147805824397E13","-0.10"\n')
  })

  it("takes nothing inside of a text for a number, however much it looks like one", () => {
    const texts = [
      ',"x":5}',
      '{"x":5,"y":6}',
      ":5,",
      "{",
      ",",
      '"',
      "\\",
      '\\",\\"x\\":5',
      '[{"a":1}]',
      '"N":7'
    ]
    for (const text of texts) {
      for (const other of texts) {
        const json = JSON.stringify({ [`K${texts.indexOf(text)}`]: text, N: 5, Other: other, M: -1.5e3 })
        assert.deepStrictEqual(record(json), { ...JSON.parse(json), N: "5", M: "-1500" })
        const list = JSON.stringify({ List: [text, other, text] })
        assert.deepStrictEqual(record(list), JSON.parse(list))
      }
    }
  })

  it.effect.prop(
    "reads what any JSON reader reads, but numbers as their text",
    {
      values: Schema.Array(
        Schema.Union([
          Schema.String,
          Schema.Finite,
          Schema.Null,
          Schema.Boolean,
          Schema.Literals(['":5,', ',"a":5', "{", ",", '"', "\\", ":", "}"]),
          Schema.Array(Schema.Struct({ In: Schema.Finite, Text: Schema.String }))
        ])
      ),
      space: Schema.Literals(["", " ", "\n\t"])
    },
    ({ values, space }) =>
      Effect.sync(() => {
        const sent = JSON.stringify(
          { totalSize: 1, records: values.map((value) => ({ Value__c: value })) },
          null,
          space
        )
        const byReviver = JSON.parse(sent, (_key, value) =>
          typeof value === "number" ? String(value) : value
        )
        assert.deepStrictEqual(parseKeepingNumbers(sent), byReviver)
      })
  )

  it("still refuses what is not JSON", () => {
    for (const text of ['{"A":01}', '{"A":1.}', '{"A":5-3}', '{"A":5', '{"A":+5}', ""]) {
      assert.throws(() => parseKeepingNumbers(text))
    }
  })

  it("writes booleans, datetimes, nulls and absent keys like Bulk", () => {
    const line = recordWriter(["Flag", "Stamp", "Nothing", "Absent"])(
      record('{"Flag":false,"Stamp":"2024-01-02T03:04:05.000+0000","Nothing":null}')
    )
    assert.strictEqual(line, '"false","2024-01-02T03:04:05.000+0000","",""\n')
  })

  it("flattens parents, also where the parent is null", () => {
    const write = recordWriter(["Id", "Owner.Name", "Account.Owner.Name"])
    assert.strictEqual(
      write(record('{"Id":"1","Owner":{"Name":"Ann"},"Account":{"Owner":{"Name":"Bob"}}}')),
      '"1","Ann","Bob"\n'
    )
    assert.strictEqual(write(record('{"Id":"1","Owner":{"Name":"Ann"},"Account":null}')), '"1","Ann",""\n')
  })

  it.effect.prop(
    "any text comes back from an independent parser as it went in",
    {
      texts: Schema.NonEmptyArray(Schema.String),
      hazards: Schema.Array(Schema.Literals(['"', "\n", "\r", ",", "N/A", "null", " ", "\u0000", "💧"]))
    },
    ({ texts, hazards }) =>
      Effect.sync(() => {
        // Half a surrogate pair is no text: UTF-8 cannot carry it.
        const values = texts.map((text) => `${text}${hazards.join("")}`.toWellFormed())
        const json = JSON.stringify(Object.fromEntries(values.map((value, at) => [`F${at}`, value])))
        const header = values.map((_, at) => `F${at}`)
        const csv = csvLine(header) + recordWriter(header)(record(json))
        assert.deepStrictEqual(readBack(csv), [header, values])
      })
  )

  it("reads quoted and bare header lines", () => {
    assert.deepStrictEqual(parseHeader('"Id","Owner.Name"'), ["Id", "Owner.Name"])
    assert.deepStrictEqual(parseHeader("Id,Name"), ["Id", "Name"])
  })
})
