/**
 * Every describe becomes a table: odd ones made here, and recorded ones of the folder that DECANT_RECORDED_DESCRIBES
 * names (any JSON files; whatever in them looks like an object's describe is taken).
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { columnHeaders, decodeSpec } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { catalogObject } from "../src/describe/catalog-of.ts"
import { ObjectDescribe } from "../src/describe/describe-shape.ts"
import { defineStream, type StreamDefinition } from "../src/streams/stream-definition.ts"
import { describeOf, stamps } from "./describes.ts"

const specFor = (object: string, more: string) =>
  Effect.runSync(
    decodeSpec({
      file: "decant.yaml",
      env: { TOKEN: "t" },
      text: `
version: 1
name: acme
source:
  type: salesforce
  environment: http://127.0.0.1:1
  auth: { method: access-token, accessToken: { env: TOKEN } }
  streams: [{ object: ${object}, fields: all${more} }]
destination: { type: duckdb, path: ./acme.duckdb }
`
    })
  ).spec

const defined = (object: ObjectDescribe, more = ""): StreamDefinition => {
  const spec = specFor(object.name, more)
  const [stream] = spec.source.streams
  if (stream === undefined || !("object" in stream)) throw new Error("no stream")
  return Result.getOrThrow(
    defineStream(spec, stream, object, new Map([[object.name.toLowerCase(), object]]), null)
  )
}

/** What must hold of any object's stream. */
const expectTable = (object: ObjectDescribe): StreamDefinition => {
  const { select, schema, cursorField, ...rest } = defined(object)
  const known = new Map(object.fields.map((field) => [field.name, field.type]))
  assert.strictEqual(new Set(select).size, select.length)
  for (const name of select) {
    assert.isFalse(["address", "location", "base64", "junctionidlist"].includes(known.get(name) ?? "?"), name)
  }
  assert.deepStrictEqual([...new Set(schema.columns.flatMap(columnHeaders))].toSorted(), select.toSorted())
  const lower = schema.columns.map(({ name }) => name.toLowerCase())
  assert.strictEqual(new Set(lower).size, lower.length)
  assert.strictEqual(schema.key === null, !known.has("Id"))
  if (cursorField !== null) assert.include(select, cursorField)
  const catalog = catalogObject(object, null)
  assert.strictEqual(catalog.fields.length, object.fields.length)
  return { select, schema, cursorField, ...rest }
}

const kindsOf = ({ schema }: StreamDefinition): Readonly<Record<string, string>> =>
  Object.fromEntries(schema.columns.map(({ name, type }) => [name, type.kind]))

describe("an odd describe", () => {
  it("of types that nobody documents well is text, or left out and said so", () => {
    const odd = expectTable(
      describeOf("Odd__c", [
        ...stamps,
        ["Any", "anyType"],
        ["Complex", "complexvalue"],
        ["Json", "json"],
        ["Secret__c", "encryptedstring"],
        ["Group", "datacategorygroupreference"],
        ["Combo", "combobox"],
        ["Big", "long"],
        ["Master", "masterrecord"],
        ["Newer", "a type of next year"],
        ["WhoIds", "junctionidlist"],
        ["Body", "base64"],
        ["Spot__c", "location"]
      ])
    )
    const { Id, IsDeleted, CreatedDate, LastModifiedDate, SystemModstamp, Big, ...texts } = kindsOf(odd)
    assert.deepStrictEqual(new Set(Object.values(texts)), new Set(["text"]))
    assert.deepStrictEqual(Object.keys(texts).length, 8)
    assert.strictEqual(Big, "int64")
    const warnings = odd.warnings.join(" ")
    for (const name of ["WhoIds", "Body", "Spot__c"]) assert.include(warnings, `Odd__c.${name} `)
  })

  it("without an Id has no key, and is read whole even with a stamp", () => {
    const keyless = expectTable(
      describeOf("Keyless", [
        ["SystemModstamp", "datetime"],
        ["Name", "string"]
      ])
    )
    assert.isNull(keyless.cursorField)
    assert.isNull(keyless.schema.key)
    assert.isNull(keyless.schema.guard)
  })

  it("of 800 fields has 800 columns", () => {
    const many = Array.from({ length: 800 }, (_, at) => [`Field_${at}__c`, "double"] as const)
    const { select } = expectTable(describeOf("Many__c", [...stamps, ...many]))
    assert.strictEqual(select.length, 800 + stamps.length)
  })

  it("of reserved words keeps them as they are", () => {
    const words = ["Order", "Group", "Select", "From", "Case", "Limit", "User", "Table"]
    const { schema } = expectTable(
      describeOf("Order", [...stamps, ...words.map((word) => [word, "string"] as const)])
    )
    assert.strictEqual(schema.table, "Order")
    for (const word of words) assert.isTrue(schema.columns.some(({ name }) => name === word))
  })

  it("with a parent of many objects is an Id like any other", () => {
    const { schema } = expectTable(
      describeOf("Task", [
        ...stamps,
        [
          "WhatId",
          "reference",
          { referenceTo: ["Account", "Opportunity", "Gone__c"], relationshipName: "What" }
        ],
        ["OwnerId", "reference", { referenceTo: ["User", "Group"], relationshipName: "Owner" }]
      ])
    )
    assert.strictEqual(schema.columns.find(({ name }) => name === "WhatId")?.type.kind, "text")
  })

  it("whose stamps cannot be filtered by is read by the next best one, or whole", () => {
    const blunt = { filterable: false }
    const byCreation = describeOf("ActivityFieldHistory", [
      ["Id", "id"],
      ["SystemModstamp", "datetime", blunt],
      ["CreatedDate", "datetime"]
    ])
    assert.strictEqual(expectTable(byCreation).cursorField, "CreatedDate")
    const whole = describeOf("Odd", [
      ["Id", "id"],
      ["SystemModstamp", "datetime", blunt],
      ["CreatedDate", "datetime", blunt]
    ])
    assert.isNull(expectTable(whole).cursorField)
  })

  it("of currencies is not followed in a log that takes switched-off ones for deleted", () => {
    const of = (name: string) => ({ ...describeOf(name, stamps), replicateable: true })
    assert.isFalse(defined(of("CurrencyType")).followsDeletes)
    assert.isTrue(defined(of("Invoice__c")).followsDeletes)
  })

  it("names fields that change without a stamp, and takes the spec's word for others", () => {
    const line = describeOf("ContractLineItem", [...stamps, ["Status", "picklist"], ["Note__c", "string"]])
    assert.deepStrictEqual(defined(line).silentColumns, ["Status"])
    assert.deepStrictEqual(defined(line, ", refreshFields: [Note__c]").silentColumns, ["Status", "Note__c"])
  })

  it("that says almost nothing is enough", () => {
    expectTable(Schema.decodeSync(ObjectDescribe)({ name: "Bare", label: "Bare", fields: [] }))
  })
})

const isDescribe = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "fields" in value && "name" in value && "keyPrefix" in value

/** All describes anywhere in a JSON value. */
const describesIn = (value: unknown): ReadonlyArray<unknown> => {
  if (isDescribe(value)) return [value]
  if (typeof value !== "object" || value === null) return []
  return Object.values(value).flatMap(describesIn)
}

const folder = process.env.DECANT_RECORDED_DESCRIBES

describe.skipIf(folder === undefined)("a recorded describe", () => {
  const files = folder === undefined ? [] : readdirSync(folder, { recursive: true, encoding: "utf8" })
  const recorded = files
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => describesIn(JSON.parse(readFileSync(join(folder ?? ".", name), "utf8"))))
  it("is a table", () => {
    assert.isAbove(recorded.length, 0)
    for (const value of recorded) expectTable(Schema.decodeUnknownSync(ObjectDescribe)(value))
  })
})
