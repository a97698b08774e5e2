/**
 * Compares the describes with recordings from real orgs when DECANT_FIXTURES names the folder that holds them; each
 * recording is a file `<Object>_describe.json` in any folder below.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { describeObject } from "../src/describe/object-describe.ts"
import { OrgSchema } from "../src/org/schema.ts"

const folder = process.env.DECANT_FIXTURES
const facts = [
  "type",
  "soapType",
  "length",
  "precision",
  "scale",
  "nillable",
  "filterable",
  "sortable",
  "calculated",
  "compoundFieldName"
]

type Recorded = Readonly<Record<string, unknown>>

const recordings = (root: string) =>
  readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => /[A-Z]\w*_describe\.json$/.test(path))
    .map((path) => JSON.parse(readFileSync(join(root, path), "utf8")))
    .filter((recorded) => Array.isArray(recorded.fields))

describe.skipIf(folder === undefined)("describes agree with the recordings in DECANT_FIXTURES", () => {
  const schema = new OrgSchema(0)
  for (const recorded of folder === undefined ? [] : recordings(folder)) {
    const object = schema.object(recorded.name)
    it.skipIf(object === undefined)(`${recorded.name}: every field both have`, () => {
      if (object === undefined) return
      const ours = new Map(
        (describeObject(schema, object, "67.0", "").fields as ReadonlyArray<Recorded>).map((field) => [
          field.name,
          field
        ])
      )
      const shared = (recorded.fields as ReadonlyArray<Recorded>).filter(({ name }) => ours.has(name))
      assert.isAbove(shared.length, 0)
      const differences = shared.flatMap((field) =>
        facts
          .filter((fact) => fact in field && field[fact] !== ours.get(field.name)?.[fact])
          .map(
            (fact) => `${field.name}.${fact}: recorded ${field[fact]}, ours ${ours.get(field.name)?.[fact]}`
          )
      )
      assert.deepStrictEqual(differences, [])
    })
    it.skipIf(object === undefined)(`${recorded.name}: every standard field that was recorded`, () => {
      if (object === undefined) return
      const names = new Set(object.fields.map(({ name }) => name))
      const missing = (recorded.fields as ReadonlyArray<Recorded>)
        .filter(
          ({ custom, name }) =>
            custom === false && !names.has(String(name)) && !/__c$|^RecordTypeId$/.test(String(name))
        )
        .map(({ name }) => name)
      assert.deepStrictEqual(missing, [])
    })
  }
})

it.skipIf(folder !== undefined)(
  "DECANT_FIXTURES is not set: describes were not compared with recordings",
  () => {
    assert.isUndefined(folder)
  }
)
