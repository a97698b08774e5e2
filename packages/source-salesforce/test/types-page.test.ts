/** docs/types.md says which kind of column each Salesforce type becomes. */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import type { FieldDescribe } from "../src/describe/describe-shape.ts"
import { isCompound, isList, scalarType } from "../src/fields/column-type.ts"

const page = readFileSync(new URL("../../../docs/types.md", import.meta.url), "utf8")

const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .slice(2)
  .map((line) => line.split("|").map((cell) => cell.trim()))

const kindOf = (type: string, numbers: "double" | "decimal"): string => {
  const field = { name: "x", type, precision: 18, scale: 2 } as FieldDescribe
  if (isCompound(field)) return "struct"
  return isList(field) ? "textList" : scalarType(field, numbers).kind
}

describe("the page of types", () => {
  for (const [, salesforce = "", kind = ""] of rows) {
    it(`says that ${salesforce} is ${kind}`, () => {
      const numbers = salesforce.includes("numbers: decimal") ? "decimal" : "double"
      const types = salesforce.replace(/ with .*/, "").split(", ")
      assert.isNotEmpty(types)
      for (const type of types) assert.strictEqual(kindOf(type, numbers), kind, type)
    })
  }
})
