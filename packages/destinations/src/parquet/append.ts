/**
 * The fast way of a first load: the downloaded files become one data file in a single statement, without a copy in
 * between, and what makes a merge unnecessary is proved on that file before it is committed: as many rows as the
 * segments say, each key once, none that was there before, none that was removed.
 */

import { inPhase } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { findShortFile } from "../duckdb-sql/append.ts"
import { type Batch, batchRows } from "../duckdb-sql/batches.ts"
import { sqlType } from "../duckdb-sql/column-values.ts"
import { fileAsOf, readFiles } from "../duckdb-sql/read-files.ts"
import { batchColumns, countOfKeys, keysEqual, keyText, segmentShort } from "../duckdb-sql/stage.ts"
import { identifier, literal } from "../sql-text.ts"
import { asOfColumn, type TableLayout } from "../table-layout.ts"
import { rangeOf } from "./data-files.ts"
import type { AddFile } from "./delta/actions.ts"
import { fileType, type TableColumn } from "./delta/table-schema.ts"
import { fileStatistics } from "./file-statistics.ts"
import { rangeColumn } from "./parts-sql.ts"
import { selectFiles } from "./scratch.ts"
import { draftFile, dropDraft, type FilesOf, keepFile } from "./write-files.ts"

/** The table's columns out of the rows of the segments. */
const cells = (layout: TableLayout, batch: Batch, columns: ReadonlyArray<TableColumn>) => {
  const { types, values } = batchColumns(layout, batch)
  const flag = layout.flag?.name.toLowerCase()
  const known = new Map(values.map(({ column, sql }) => [column.name.toLowerCase(), { column, sql }]))
  const list = columns.map(({ name, type }) => {
    const lower = name.toLowerCase()
    const value = known.get(lower)
    if (name === asOfColumn) return { sql: fileAsOf(batch), name }
    if (value !== undefined) {
      const same = sqlType(value.column.column).replaceAll('"', "") === fileType(type).replaceAll('"', "")
      return { sql: same ? value.sql : `CAST(CAST(${value.sql} AS ${type}) AS ${fileType(type)})`, name }
    }
    return { sql: lower === flag ? "false" : `CAST(NULL AS ${fileType(type)})`, name }
  })
  return {
    types,
    select: `SELECT ${list.map(({ sql, name }) => `${sql} AS ${identifier(name)}`).join(", ")} FROM (${readFiles(batch, types)})`
  }
}

interface Proof {
  readonly layout: TableLayout
  readonly columns: ReadonlyArray<TableColumn>
  readonly draft: string
  readonly rows: number
  readonly stats: string
  /** Files whose rows are in the table already. */
  readonly stored: ReadonlyArray<AddFile>
}

type Range = ReturnType<typeof rangeOf>

export const mayMeet = (one: Range, other: Range): boolean =>
  one.low === null ||
  one.high === null ||
  other.low === null ||
  other.high === null ||
  (one.low <= other.high && one.high >= other.low)

const provenNew = Effect.fnUntraced(function* (
  { sql, store, folder }: FilesOf,
  { layout, columns, draft, rows, stats, stored }: Proof
): Effect.fn.Return<boolean, DestinationError> {
  const key = layout.key
  if (key === null) return true
  const written = `read_parquet(${literal(draft)})`
  const [counted] = yield* sql.rows(`SELECT ${countOfKeys(key)} AS keys FROM ${written}`)
  if (Number(counted?.keys) !== rows) return false
  const column = rangeColumn(layout)
  const range = rangeOf(stats, column)
  const near = stored.filter((add) => mayMeet(rangeOf(add.stats, column), range))
  if (near.length > 0) {
    const paths = yield* store.readable(near.map((add) => `${folder}/${decodeURI(add.path)}`))
    const keys = columns.filter(({ name }) => key.some((item) => item.name === name))
    const older = yield* sql.rows(
      `SELECT 1 FROM (${selectFiles(keys, paths)}) o SEMI JOIN ${written} n ON ${keysEqual(key, "o", "n")} LIMIT 1`
    )
    if (older.length > 0) return false
  }
  const mine = `FROM target._decant.tombstones d WHERE d.stream = ${literal(layout.stream)}`
  // Without any, the keys need not be looked through.
  if ((yield* sql.rows(`SELECT 1 ${mine} LIMIT 1`)).length === 0) return true
  const buried = yield* sql.rows(
    `SELECT 1 FROM (SELECT d.key ${mine}) d SEMI JOIN ${written} n ON d.key = ${keyText(key, "n")} LIMIT 1`
  )
  return buried.length === 0
})

/** The file with the segments' rows, or null when they do not prove to be new. */
export const appendFile = Effect.fnUntraced(function* (
  of: FilesOf,
  layout: TableLayout,
  batch: Batch,
  stored: ReadonlyArray<AddFile>
): Effect.fn.Return<AddFile | null, DestinationError> {
  const { types, select } = cells(layout, batch, of.columns)
  const file = yield* draftFile(of, select).pipe(inPhase("stage"))
  const { rows, draft } = file
  if (rows !== batchRows(batch)) {
    yield* findShortFile(of.sql, batch, types)
    return yield* segmentShort(batch.files[0]?.file.path ?? "", batchRows(batch), rows)
  }
  const proof = Effect.gen(function* () {
    const stats = yield* fileStatistics(of.sql, draft, of)
    const isNew = yield* provenNew(of, { layout, columns: of.columns, draft, rows, stats, stored })
    return isNew ? stats : null
  })
  // The disk writes while the processor counts.
  const settled = Effect.all([proof.pipe(inPhase("verify")), of.store.settle(file.key)], {
    concurrency: "unbounded"
  })
  const [stats] = yield* settled
  if (stats === null) {
    yield* dropDraft(draft)
    return null
  }
  return yield* keepFile(of, { ...file, stats })
})
