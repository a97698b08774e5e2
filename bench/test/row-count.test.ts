import { assert, describe, it } from "@effect/vitest"
import { rowsOf } from "../src/row-count.ts"

describe("a number of rows", () => {
  it("is read as one writes it, or refused", () => {
    assert.deepStrictEqual(
      ["250000", "100k", "1M", "2.5m"].map(rowsOf),
      [250_000, 100_000, 1_000_000, 2_500_000]
    )
    for (const text of ["", "many", "1G", "0"]) assert.throws(() => rowsOf(text), "no number of rows")
  })
})
