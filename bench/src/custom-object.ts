/**
 * A custom object of any width with filled fields of the usual kinds: its describe, and rows as CSV. Values come
 * from the row's number alone, so every run measures the same data.
 */
import { createWriteStream } from "node:fs"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

const standard = [
  { name: "Id", type: "id", length: 18 },
  { name: "Name", type: "string", length: 80 },
  { name: "CreatedDate", type: "datetime" },
  { name: "LastModifiedDate", type: "datetime" },
  { name: "SystemModstamp", type: "datetime" },
  { name: "IsDeleted", type: "boolean" }
]

const texts = [
  "Acme & Sons",
  'The "Best" Western',
  "two\nlines",
  "emoji 🎉",
  "株式会社",
  "N/A",
  "comma, separated"
]
const stages = ["Open", "Won", "Lost", "Parked"]

const kinds: ReadonlyArray<{
  readonly type: string
  readonly length?: number
  readonly value: (row: number, column: number) => string
}> = [
  {
    type: "string",
    length: 255,
    value: (row, column) => `${texts[(row + column) % texts.length]} ${row % 977}`
  },
  { type: "double", value: (row, column) => String(((row * 7919 + column * 104_729) % 1_000_000) / 64) },
  { type: "picklist", length: 255, value: (row, column) => stages[(row + column) % stages.length] ?? "" },
  {
    type: "datetime",
    value: (row, column) =>
      new Date(1_600_000_000_000 + (((row * 37 + column) * 1000) % 1e11)).toISOString().replace("Z", "+0000")
  },
  { type: "boolean", value: (row, column) => String((row + column) % 3 === 0) },
  { type: "int", value: (row, column) => String((row * 31 + column) % 2_000_000) },
  {
    type: "date",
    value: (row, column) =>
      new Date(1_500_000_000_000 + ((row + column) % 4000) * 864e5).toISOString().slice(0, 10)
  },
  { type: "email", length: 80, value: (row) => `person.${row}@customer-${row % 5003}.example` }
]

const kindOf = (column: number) => kinds[column % kinds.length] as (typeof kinds)[number]

export const customObject = (name: string, columns: number) => {
  const custom = Array.from({ length: columns - standard.length }, (_, column) => column)
  const fieldName = (column: number) => `Field_${String(column).padStart(3, "0")}__c`
  const describe = {
    name,
    label: name,
    createable: true,
    deletable: true,
    queryable: true,
    replicateable: true,
    retrieveable: true,
    updateable: true,
    fields: [
      ...standard,
      ...custom.map((column) => {
        const { type, length } = kindOf(column)
        const numeric = type === "double" ? { precision: 18, scale: 6 } : type === "int" ? { digits: 9 } : {}
        const picklist =
          type === "picklist" ? { picklistValues: stages.map((value) => ({ value, label: value })) } : {}
        return {
          name: fieldName(column),
          type,
          custom: true,
          createable: true,
          updateable: true,
          nillable: true,
          ...(length === undefined ? {} : { length }),
          ...numeric,
          ...picklist
        }
      })
    ]
  }
  const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`
  const lines = function* (rows: number) {
    yield `${["Name", ...custom.map(fieldName)].join(",")}\n`
    for (let row = 0; row < rows; row++) {
      yield `${[`Row ${row}`, ...custom.map((column) => kindOf(column).value(row, column))].map(quoted).join(",")}\n`
    }
  }
  const writeRows = (file: string, rows: number): Promise<void> =>
    pipeline(Readable.from(lines(rows)), createWriteStream(file))
  return { describe, writeRows }
}
