/** Rows become data files: zstd Parquet written by DuckDB, with what the log says about each. */
import { randomUUID } from "node:crypto"
import { rm } from "node:fs/promises"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { identifier, literal } from "../sql-text.ts"
import { bytesOf, fileBytes, fileRows, type Part, rowsOfFiles } from "./data-files.ts"
import type { AddFile } from "./delta/actions.ts"
import { fileType, type TableColumn } from "./delta/table-schema.ts"
import { fileStatistics } from "./file-statistics.ts"
import { withinPart } from "./parts-sql.ts"
import type { Store } from "./store.ts"

export interface FilesOf {
  readonly store: Store
  readonly sql: Sql
  /** The folder of the Delta table. */
  readonly folder: string
  /** The checkpoint's version that the files are written for; tells leftovers from files in use. A part has none. */
  readonly version: number | "part"
  readonly columns: ReadonlyArray<TableColumn>
  /** Columns of the key and the guard: they have statistics wherever they stand. */
  readonly leading: ReadonlyArray<string>
}

/** Makes the draft durable; its `add` is not yet in the log. */
export const keepFile = Effect.fnUntraced(function* (
  of: FilesOf,
  file: { readonly key: string; readonly draft: string; readonly stats?: string }
): Effect.fn.Return<AddFile, DestinationError> {
  const stats = file.stats ?? (yield* fileStatistics(of.sql, file.draft, of))
  const { bytes } = yield* of.store.keep(file.key)
  return {
    path: file.key.slice(of.folder.length + 1),
    partitionValues: {},
    size: bytes,
    modificationTime: Date.now(),
    dataChange: true,
    stats
  }
})

export const dropDraft = (draft: string): Effect.Effect<void> =>
  Effect.promise(() => rm(draft, { force: true }).catch(() => undefined))

/** Writes the rows of a SELECT, in the order of the table's columns; how many they were. */
export const draftFile = Effect.fnUntraced(function* (
  of: FilesOf,
  select: string
): Effect.fn.Return<
  { readonly key: string; readonly draft: string; readonly rows: number },
  DestinationError
> {
  const key = `${of.folder}/data/${of.version}-${randomUUID()}.parquet`
  const draft = yield* of.store.draft(key)
  const rows = yield* of.sql
    .run(
      // Long texts would make row groups of gigabytes, which are held in memory until they are written.
      `COPY (${select}) TO ${literal(draft)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE_BYTES '64MB', USE_TMP_FILE false)`
    )
    .pipe(Effect.onError(() => dropDraft(draft)))
  return { key, draft, rows }
})

/** The cell of a column as files hold it. */
const fileCell = ({ name, type }: TableColumn): string =>
  fileType(type) === type
    ? identifier(name)
    : `CAST(${identifier(name)} AS ${fileType(type)}) AS ${identifier(name)}`

/** Keys at which a part is cut, so that each file stays near the size that a file should have. */
const cuts = Effect.fnUntraced(function* (
  of: FilesOf,
  table: string,
  where: string,
  column: string | null,
  pieces: number
): Effect.fn.Return<ReadonlyArray<string>, DestinationError> {
  if (pieces <= 1 || column === null) return []
  const at = Array.from({ length: pieces - 1 }, (_, index) => (index + 1) / pieces)
  const rows = yield* of.sql.rows(
    `SELECT unnest(quantile_disc(${identifier(column)}, [${at.join(", ")}])) AS cut FROM ${table} WHERE ${where}`
  )
  return [...new Set(rows.map((row) => String(row.cut)))].filter((cut) => !cut.includes("\u0000"))
})

const piecesFor = (part: Part | undefined, rows: number): number => {
  const before = rowsOfFiles(part?.files ?? [])
  const bytes = before === 0 ? 0 : (bytesOf(part?.files ?? []) / before) * rows
  return Math.max(1, Math.ceil(rows / fileRows), Math.ceil(bytes / fileBytes))
}

/** The rows of one part of a table, in order of their key, as files. */
export const writePart = Effect.fnUntraced(function* (
  of: FilesOf,
  from: {
    /** A table or a query in brackets. */
    readonly source: string
    readonly column: string | null
    readonly parts: ReadonlyArray<Part>
    readonly at: number
    readonly rows: number
  }
): Effect.fn.Return<ReadonlyArray<AddFile>, DestinationError> {
  const { source, column, parts, at } = from
  const where = withinPart(parts, at, column)
  const bounds = yield* cuts(of, source, where, column, piecesFor(parts[at], from.rows))
  // Rows of one file are in order already, as far as it matters.
  const inOrder = column === null || (parts[at]?.files.length === 1 && bounds.length === 0)
  const order = inOrder ? "" : ` ORDER BY ${of.leading.slice(0, 1).map(identifier).join(", ")}`
  const ranges = [null, ...bounds].map((low, index) => ({ low, high: bounds[index] ?? null }))
  const written = yield* Effect.forEach(ranges, ({ low, high }) => {
    const name = identifier(column ?? "")
    const conditions = [
      where,
      ...(low === null ? [] : [`${name} >= ${literal(low)}`]),
      ...(high === null ? [] : [`${name} < ${literal(high)}`])
    ]
    const select = `SELECT ${of.columns.map(fileCell).join(", ")} FROM ${source} WHERE ${conditions.join(" AND ")}${order}`
    return Effect.flatMap(draftFile(of, select), (file) =>
      file.rows === 0 ? Effect.as(dropDraft(file.draft), []) : Effect.map(keepFile(of, file), (add) => [add])
    )
  })
  return written.flat()
})
