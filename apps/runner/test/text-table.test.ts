import { assert, describe, it } from "@effect/vitest"
import type { Surface } from "../src/terminal/screen.ts"
import { cut, printable, textTable } from "../src/terminal/text-table.ts"

const surface = (columns: number): Surface => ({
  isTerminal: true,
  columns,
  rows: 24,
  paint: (style, text) => (style === "dim" ? `<${text}>` : text)
})

describe("a table", () => {
  it("has numbers to the right and nulls that cannot be taken for text", () => {
    const table = textTable({
      columns: [
        { name: "name", align: "left" },
        { name: "amount", align: "right" }
      ],
      rows: [
        ["Müller & Söhne", "12,000"],
        ["null", null]
      ],
      surface: surface(80)
    })
    assert.deepStrictEqual(table.split("\n"), [
      "name            amount",
      "<──────────────  ──────>",
      "Müller & Söhne  12,000",
      "null            <  null>"
    ])
  })

  it("is never wider than the terminal, and cuts the widest columns first", () => {
    const table = textTable({
      columns: ["id", "text", "other"].map((name) => ({ name, align: "left" })),
      rows: [["0015g00000ABCDEAAA", "x".repeat(500), "y".repeat(30)]],
      surface: { ...surface(60), paint: (_, text) => text }
    })
    for (const line of table.split("\n")) assert.isAtMost(line.length, 60)
    assert.include(table, "…")
    assert.include(table, "0015g00000ABC")
  })

  it("leaves out columns that have no room, and says how many", () => {
    const table = textTable({
      columns: Array.from({ length: 30 }, (_, index) => ({ name: `column ${index}`, align: "left" })),
      rows: [Array.from({ length: 30 }, () => "some text or other")],
      surface: surface(80)
    })
    const [header = ""] = table.split("\n")
    assert.match(header, /^column 0 +column 1 .*… 2\d more$/)
    for (const line of table.split("\n")) assert.isAtMost(line.replaceAll(/[<>]/g, "").length, 80)
  })

  it("does without its spare columns first, and never cuts a number", () => {
    const table = textTable({
      columns: [
        { name: "stream", align: "left" },
        { name: "by", align: "left", spare: 1 },
        { name: "rows", align: "right" },
        { name: "seconds", align: "right", spare: 2 }
      ],
      rows: [["A_rather_long_name__c", "bulk", "123,456,789", "12.5"]],
      footer: ["total", "", "123,456,789", "12.5"],
      surface: { ...surface(30), paint: (_, text) => text }
    })
    assert.deepStrictEqual(table.split("\n"), [
      "stream                    rows",
      "─────────────────  ───────────",
      "A_rather_long_na…  123,456,789",
      "─────────────────  ───────────",
      "total              123,456,789"
    ])
  })

  it("measures wide characters by the cells they take", () => {
    assert.strictEqual(cut("東京タワー", 6), "東京…")
    assert.strictEqual(cut("👩‍👩‍👧 family", 5), "👩‍👩‍👧 f…")
  })

  it("does not let data steer the terminal", () => {
    assert.strictEqual(printable("a\u001b[2Jb\nc\u202ed"), "a�[2Jb⏎c�d")
  })
})
