/**
 * Compares the describes with recordings from real orgs when DECANT_FIXTURES names the folder that holds them; each
 * recording is a file `<Object>_describe.json` in any folder below.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { describeBriefly, describeObject } from "../src/describe/object-describe.ts"
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

const jsonFiles = (root: string) =>
  readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".json"))
    .map((path) => JSON.parse(readFileSync(join(root, path), "utf8")))

/** Describes stand in files of their own, or among the answers of a recorded conversation. */
const bodies = (root: string): ReadonlyArray<Recorded> =>
  jsonFiles(root)
    .flatMap((content) => (Array.isArray(content) ? content.map(({ body }) => body) : [content]))
    .filter((body) => typeof body === "object" && body !== null)

const recordings = (root: string) =>
  bodies(root).filter(
    (body) => Array.isArray(body.fields) && typeof body.name === "string" && "childRelationships" in body
  ) as unknown as ReadonlyArray<Recorded & { readonly name: string }>

const recordedGlobals = (root: string) =>
  bodies(root).flatMap(({ sobjects }) =>
    Array.isArray(sobjects) ? (sobjects as ReadonlyArray<Recorded>) : []
  )

/** Files had no relationship name yet when User was recorded (v29). */
const newer = new Set(["User ContentDocumentLink.LinkedEntityId"])

/** One recording's Event and Lead were written by hand: no key prefix, and events that merge. */
const byHand = (entry: Recorded) => entry.keyPrefix === null && ["Event", "Lead"].includes(String(entry.name))

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
    it.skipIf(object === undefined)(`${recorded.name}: relationships to children both have`, () => {
      if (object === undefined) return
      const key = (child: Recorded) => `${child.childSObject}.${child.field}`
      const ours = describeObject(schema, object, "67.0", "").childRelationships as ReadonlyArray<Recorded>
      const recordedOf = new Map(
        (recorded.childRelationships as ReadonlyArray<Recorded>).map((c) => [key(c), c])
      )
      const differences = ours.flatMap((child) =>
        ["relationshipName", "cascadeDelete", "restrictedDelete"]
          .filter((fact) => {
            const expected = recordedOf.get(key(child))
            if (newer.has(`${recorded.name} ${key(child)}`)) return false
            return expected !== undefined && fact in expected && expected[fact] !== child[fact]
          })
          .map((fact) => `${key(child)}.${fact}: ours ${child[fact]}`)
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

describe.skipIf(folder === undefined)(
  "the global describe agrees with the recordings in DECANT_FIXTURES",
  () => {
    const schema = new OrgSchema(0)
    const globals = folder === undefined ? [] : recordedGlobals(folder).filter((entry) => !byHand(entry))
    for (const recorded of globals) {
      const object = schema.object(String(recorded.name))
      if (object === undefined) continue
      it(`${recorded.name}: every key both have`, () => {
        const ours: Recorded = describeBriefly(object, "67.0")
        const shared = Object.keys(recorded).filter((key) => key in ours && key !== "urls")
        assert.isAbove(shared.length, 10)
        assert.deepStrictEqual(
          shared
            .filter((key) => recorded[key] !== ours[key])
            .map((key) => `${key}: recorded ${recorded[key]}, ours ${ours[key]}`),
          []
        )
        if ("mruEnabled" in recorded) {
          assert.deepStrictEqual(Object.keys(ours.urls as object), Object.keys(recorded.urls as object))
          assert.deepStrictEqual(Object.keys(ours), Object.keys(recorded))
        }
      })
    }
  }
)

it.skipIf(folder !== undefined)(
  "DECANT_FIXTURES is not set: describes were not compared with recordings",
  () => {
    assert.isUndefined(folder)
  }
)
