/** Rows that a commit may change, from the files into `target`, and what becomes of the files afterwards. */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { qualified } from "../duckdb/target-table.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import type { Stage } from "../duckdb-sql/stage.ts"
import { columnOf, identifier } from "../sql-text.ts"
import { dataFile, type Part, partsOf, rowsOfFiles } from "./data-files.ts"
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
  /** `target` has only the rows whose keys are staged; the others stay in the files and are copied from there. */
  readonly partly: boolean
  /** Positions of the parts whose rows are in `target`. */
  readonly touched: ReadonlyArray<number>
  readonly before: Fingerprints
}

const noneBefore: Fingerprints = new Map()

/** A table that does not exist yet has one part, without rows. */
export const nothingLoaded = (column: string | null): Loaded => ({
  parts: [{ from: "", files: [] }],
  column,
  partly: false,
  touched: [0],
  before: noneBefore
})

export const bytesToLoad = (parts: ReadonlyArray<Part>, touched: ReadonlyArray<number>): number =>
  touched.reduce(
    (sum, at) => sum + (parts[at]?.files ?? []).reduce((bytes, { add }) => bytes + add.size, 0),
    0
  )

const stagedKeys = "temp._decant_staged_keys"

/** The keys that a commit can change, so that only their rows need to be loaded. */
export const listStagedKeys = (
  sql: Sql,
  stages: ReadonlyArray<Stage>,
  column: string
): Effect.Effect<number, DestinationError> =>
  sql.run(
    `CREATE OR REPLACE TEMP TABLE _decant_staged_keys AS SELECT DISTINCT key FROM (${[
      "SELECT CAST(NULL AS VARCHAR) AS key WHERE false",
      ...stages.map(({ table }) => `SELECT ${identifier(column)} AS key FROM ${table}`)
    ].join(" UNION ALL ")})`
  )

interface Destined {
  readonly schema: string
  readonly name: string
  readonly column: string | null
  readonly partly: boolean
}

const filesAt = (store: Store, folder: string, parts: ReadonlyArray<Part | undefined>) =>
  store.readable(
    parts.flatMap((part) => part?.files ?? []).map(({ add }) => `${folder}/${decodeURI(add.path)}`)
  )

/** Makes the table in `target` with the rows of the touched parts, or those of them whose keys are staged. */
export const loadTable = Effect.fnUntraced(function* (
  sql: Sql,
  store: Store,
  { schema, name, column, partly }: Destined,
  table: StoredTable,
  touched: ReadonlyArray<number>
): Effect.fn.Return<Loaded, DestinationError> {
  const parts = storedParts(table, column)
  yield* createTable(sql, schema, name, table.columns)
  const paths = yield* filesAt(
    store,
    table.folder,
    touched.map((at) => parts[at])
  )
  if (paths.length === 0) return { parts, column, partly, touched, before: noneBefore }
  const target = qualified(schema, name)
  const only =
    partly && column !== null ? ` f SEMI JOIN ${stagedKeys} k ON ${columnOf("f", column)} = k.key` : ""
  yield* sql.run(`INSERT INTO ${target} SELECT * FROM (${selectFiles(table.columns, paths)})${only}`)
  const before = yield* fingerprints(sql, target, column, parts)
  return { parts, column, partly, touched, before }
})

/** The rows of a part as they are after the commit. */
const rowsOfPart = Effect.fnUntraced(function* (
  of: FilesOf,
  table: string,
  { parts, column, partly }: Loaded,
  at: number
): Effect.fn.Return<string, DestinationError> {
  if (!partly || column === null) return table
  const paths = yield* filesAt(of.store, of.folder, [parts[at]])
  const names = of.columns.map(({ name }) => identifier(name)).join(", ")
  return (
    `(SELECT ${names} FROM (${selectFiles(of.columns, paths)}) f ANTI JOIN ${stagedKeys} k ON ${columnOf("f", column)} = k.key ` +
    `UNION ALL SELECT ${names} FROM ${table})`
  )
})

/** The table's files after the commit: those of unchanged parts as they were, the others anew. */
export const writeTable = Effect.fnUntraced(function* (
  of: FilesOf,
  table: string,
  loaded: Loaded,
  /** All files are written anew, because their columns have changed. */
  anew: boolean
): Effect.fn.Return<ReadonlyArray<AddFile>, DestinationError> {
  const { parts, column, partly, touched, before } = loaded
  const after = yield* fingerprints(of.sql, table, column, parts)
  const keyless = column === null && touched.length === 0
  const files: Array<AddFile> = []
  for (const [at, part] of parts.entries()) {
    const now = after.get(at)
    const same = !touched.includes(at) || (!anew && before.get(at)?.sum === now?.sum)
    if (same || keyless) files.push(...part.files.map(({ add }) => add))
    const untouched = partly ? rowsOfFiles(part.files) - (before.get(at)?.rows ?? 0) : 0
    const rows = untouched + (now?.rows ?? 0)
    // What a file holds is counted when it is written; statistics of other programs only guide.
    if ((!same || keyless) && (partly || rows > 0)) {
      const source = yield* rowsOfPart(of, table, loaded, at)
      files.push(...(yield* writePart(of, { source, column, parts, at, rows })))
    }
  }
  return files
})
