/**
 * The one way in which segments are read: `read_csv` over the list of files with explicit types in the order
 * of the header. The options refuse everything that `read_csv` would otherwise repair by guessing. Each file has one
 * thread: a second one that begins in its middle may be inside of a value and take the lines of that for rows.
 *
 * https://duckdb.org/docs/stable/data/csv/overview
 */
import { identifier, literal } from "../sql-text.ts"
import type { Batch, BatchFile } from "./batches.ts"

const fileColumn = "_decant_path"

const globCharacters = /[*?[]/g

/** A path is a glob to DuckDB; in brackets its special characters stand for themselves. */
export const pathLiteral = (path: string): string => literal(path.replace(globCharacters, "[$&]"))

const readList = (
  files: ReadonlyArray<BatchFile>,
  gzip: boolean,
  types: ReadonlyMap<string, string>
): string => {
  const columns = [...types].map(([header, type]) => `${literal(header)}: ${literal(type)}`).join(", ")
  const paths = files.map(({ file }) => pathLiteral(file.path)).join(", ")
  return (
    `SELECT * FROM read_csv([${paths}], columns = {${columns}}, compression = '${gzip ? "gzip" : "none"}', ` +
    `filename = ${literal(fileColumn)}, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', ` +
    `nullstr = '', allow_quoted_nulls = true, strict_mode = true, null_padding = false, ignore_errors = false, ` +
    `max_line_size = 16777216, buffer_size = 33554432, parallel = false)`
  )
}

const noRows = (types: ReadonlyMap<string, string>): string =>
  `SELECT ${[...types].map(([header, type]) => `CAST(NULL AS ${type}) AS ${identifier(header)}`).join(", ")} WHERE false`

const readLists = (batch: Batch, types: ReadonlyMap<string, string>): string =>
  [true, false]
    .map((gzip) => ({ gzip, files: batch.files.filter(({ file }) => file.gzip === gzip) }))
    .filter(({ files }) => files.length > 0)
    .map(({ gzip, files }) => readList(files, gzip, types))
    .join(" UNION ALL ")

/** All rows of a batch; headers are the columns. */
export const readFiles = (batch: Batch, types: ReadonlyMap<string, string>): string =>
  batch.files.length === 0 ? noRows(types) : readLists(batch, types)

/** The path is one value for thousands of rows, so this costs next to nothing; a join would cost a third. */
const byFile = (batch: Batch, value: (file: BatchFile, position: number) => string): string => {
  const values = batch.files.map(value)
  if (values.length === 0) return "NULL"
  if (new Set(values).size === 1 && values[0] !== undefined) return values[0]
  const cases = batch.files.map(({ file }, at) => `WHEN ${literal(file.path)} THEN ${values[at]}`).join(" ")
  return `CASE ${identifier(fileColumn)} ${cases} ELSE error('a file outside the batch') END`
}

export const filePosition = (batch: Batch): string =>
  byFile(batch, (_, position) => `CAST(${position} AS INTEGER)`)

export const fileAsOf = (batch: Batch): string =>
  byFile(batch, ({ segment }) => `TIMESTAMPTZ ${literal(segment.asOf)}`)
