/** docs/types.md says what the code does. */
import { readFileSync } from "node:fs"
import type { ColumnType } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { sqlType } from "../src/duckdb-sql/column-values.ts"
import { sqlType as postgresType } from "../src/postgres/postgres-types.ts"

const page = readFileSync(new URL("../../../docs/types.md", import.meta.url), "utf8")

const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .slice(2)
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim())
  )

const example = (kind: string): ColumnType => {
  if (kind === "decimal") return { kind, precision: 18, scale: 2 }
  if (kind !== "struct") return { kind } as ColumnType
  const fields = [
    { name: "street", type: { kind: "text" } },
    { name: "latitude", type: { kind: "double" } }
  ] as const
  return { kind, fields }
}

const column = (kind: string) => ({ name: "x", label: "x", type: example(kind), from: { header: "x" } })

describe("the page of types", () => {
  it("has each kind of column once", () => {
    assert.deepStrictEqual(rows.map(([, kind]) => kind).sort(), [
      "boolean",
      "date",
      "decimal",
      "double",
      "int32",
      "int64",
      "struct",
      "text",
      "textList",
      "time",
      "timestamp"
    ])
  })

  for (const [salesforce, kind = "", duckdb, postgres] of rows) {
    it(`says what ${salesforce} becomes`, () => {
      assert.deepStrictEqual([sqlType(column(kind)), postgresType(column(kind))], [duckdb, postgres])
    })
  }
})
