/** Rows that a commit may change, from the files into `target`, and what becomes of the files afterwards. */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { qualified } from "../duckdb/target-table.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { dataFile, type Part, partsOf } from "./data-files.ts"
import type { AddFile } from "./delta/actions.ts"
import type { TableColumn } from "./delta/table-schema.ts"
import { fingerprints, usableParts } from "./parts-sql.ts"
import { createTable, selectFiles } from "./scratch.ts"
import type { Store } from "./store.ts"
import { type FilesOf, writePart } from "./write-files.ts"

export interface StoredTable {
  readonly folder: string
  readonly columns: ReadonlyArray<TableColumn>
  readonly files: ReadonlyArray<AddFile>
}

export const storedParts = (table: StoredTable | null, column: string | null): ReadonlyArray<Part> =>
  usableParts(partsOf((table?.files ?? []).map((add) => dataFile(add, column))))

type Fingerprints = ReadonlyMap<number, { readonly rows: number; readonly sum: string }>

export interface Loaded {
  readonly parts: ReadonlyArray<Part>
  readonly column: string | null
  /** Positions of the parts whose rows are in `target`. */
  readonly touched: ReadonlyArray<number>
  readonly before: Fingerprints
}

const noneBefore: Fingerprints = new Map()

/** A table that does not exist yet has one part, without rows. */
export const nothingLoaded = (column: string | null): Loaded => ({
  parts: [{ from: "", files: [] }],
  column,
  touched: [0],
  before: noneBefore
})

export const bytesToLoad = (parts: ReadonlyArray<Part>, touched: ReadonlyArray<number>): number =>
  touched.reduce(
    (sum, at) => sum + (parts[at]?.files ?? []).reduce((bytes, { add }) => bytes + add.size, 0),
    0
  )

/** Makes the table in `target` with the rows of the touched parts. */
export const loadTable = Effect.fnUntraced(function* (
  sql: Sql,
  store: Store,
  at: { readonly schema: string; readonly name: string; readonly column: string | null },
  table: StoredTable,
  touched: ReadonlyArray<number>
): Effect.fn.Return<Loaded, DestinationError> {
  const parts = storedParts(table, at.column)
  yield* createTable(sql, at.schema, at.name, table.columns)
  const files = touched.flatMap((part) => parts[part]?.files ?? [])
  if (files.length === 0) return { parts, column: at.column, touched, before: noneBefore }
  const paths = yield* store.readable(files.map(({ add }) => `${table.folder}/${decodeURI(add.path)}`))
  const name = qualified(at.schema, at.name)
  yield* sql.run(`INSERT INTO ${name} ${selectFiles(table.columns, paths)}`)
  const before = yield* fingerprints(sql, name, at.column, parts)
  return { parts, column: at.column, touched, before }
})

/** The table's files after the commit: those of unchanged parts as they were, the others anew. */
export const writeTable = Effect.fnUntraced(function* (
  of: FilesOf,
  table: string,
  loaded: Loaded,
  /** All files are written anew, because their columns have changed. */
  anew: boolean
): Effect.fn.Return<ReadonlyArray<AddFile>, DestinationError> {
  const { parts, column, touched, before } = loaded
  const after = yield* fingerprints(of.sql, table, column, parts)
  const keyless = column === null && touched.length === 0
  const files: Array<AddFile> = []
  for (const [at, part] of parts.entries()) {
    const rows = after.get(at)?.rows ?? 0
    const same = !touched.includes(at) || (!anew && before.get(at)?.sum === after.get(at)?.sum)
    if (same || keyless) files.push(...part.files.map(({ add }) => add))
    if ((!same || keyless) && rows > 0) {
      files.push(...(yield* writePart(of, { table, column, parts, at, rows })))
    }
  }
  return files
})
