/** Compares a table of the copy with the org's truth, cell by cell, whatever each side calls its types. */
import { DuckDBInstance, type Json } from "@duckdb/node-api"
import type { Emulator } from "./emulator.ts"

type Row = Readonly<Record<string, unknown>>

/** `SELECT * FROM <schema>.<table>` without the columns that are Decant's own. */
const tableRows = async (database: string, table: string): Promise<ReadonlyArray<Row>> => {
  const instance = await DuckDBInstance.create(database, { access_mode: "READ_ONLY" })
  try {
    const connection = await instance.connect()
    const result = await connection.runAndReadAll(`SELECT * FROM salesforce."${table}" ORDER BY Id`)
    connection.closeSync()
    const kinds = new Map(result.columnNames().map((name, index) => [name, String(result.columnType(index))]))
    return result.getRowObjectsJson().map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .filter(([name]) => !name.startsWith("_decant"))
          .map(([name, value]) => [name, ofTable(value, kinds.get(name) ?? "")])
      )
    )
  } finally {
    instance.closeSync()
  }
}

/** A cell of the copy, whatever its type, as the truth would print it. */
export const ofTable = (value: Json, kind: string): unknown => {
  if (value === null) return null
  if (kind.startsWith("TIMESTAMP")) {
    return new Date(`${String(value).replace(" ", "T").replace(/\+00$/, "")}Z`).toISOString()
  }
  if (kind === "BIGINT") return Number(value)
  if (kind === "TIME") return timeOfDay(String(value))
  return typeof value === "object" && !Array.isArray(value) ? withoutNulls(value) : value
}

/** As REST writes it, in milliseconds. */
const timeOfDay = (text: string): string => {
  const [seconds = "", fraction = ""] = text.split(".")
  return `${seconds}.${fraction.padEnd(3, "0").slice(0, 3)}Z`
}

const withoutNulls = (value: object): unknown => {
  const kept = Object.entries(value).filter(([, part]) => part !== null)
  return kept.length === 0 ? null : Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)))
}

const datetime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|\+0000)$/

/** Only a cell whose column is a time is read as one: a text may look like it. */
export const ofTruth = (value: unknown, inTable: unknown): unknown => {
  if (value === null || value === undefined) return null
  if (
    typeof value === "string" &&
    datetime.test(value) &&
    typeof inTable === "string" &&
    inTable.endsWith("Z")
  ) {
    return new Date(value).toISOString()
  }
  if (typeof value === "string" && Array.isArray(inTable)) return value.split(";")
  return typeof value === "object" && !Array.isArray(value) ? withoutNulls(value) : value
}

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Every difference as a line; empty when the table is what the org holds. */
const differences = async (
  emulator: Emulator,
  database: string,
  object: string
): Promise<ReadonlyArray<string>> => {
  const [truth, copy] = await Promise.all([emulator.truth(object), tableRows(database, object)])
  if (truth.length === 0) return [`the org has no ${object}: nothing was compared`]
  const byId = new Map(copy.map((row) => [row.Id, row]))
  const lines: Array<string> = []
  if (byId.size !== copy.length) lines.push(`${object}: ${copy.length - byId.size} Ids stand twice`)
  for (const expected of truth) {
    const row = byId.get(expected.Id)
    byId.delete(expected.Id)
    if (row === undefined) {
      lines.push(`${object} ${expected.Id} is missing`)
      continue
    }
    for (const [column, value] of Object.entries(row)) {
      if (!(column in expected)) {
        lines.push(`${object}.${column} is not a field of the org`)
        continue
      }
      const wanted = ofTruth(expected[column], value)
      if (!same(value, wanted)) {
        lines.push(
          `${object} ${expected.Id} ${column}: ${JSON.stringify(value)}, but the org has ${JSON.stringify(wanted)}`
        )
      }
    }
  }
  for (const id of byId.keys()) lines.push(`${object} ${id} is not in the org`)
  return lines
}

export const allDifferences = async (
  emulator: Emulator,
  database: string,
  objects = ["Account", "Contact", "Opportunity", "User"]
): Promise<ReadonlyArray<string>> => {
  const lines: Array<string> = []
  for (const object of objects) lines.push(...(await differences(emulator, database, object)))
  return lines.slice(0, 20)
}

/** Damages the copy behind Decant's back. */
export const changeCell = async (database: string, sql: string): Promise<void> => {
  const instance = await DuckDBInstance.create(database)
  const connection = await instance.connect()
  await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}
