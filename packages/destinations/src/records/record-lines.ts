/**
 * Segments as lines of JSON, one `{"type":"RECORD",…}` to a row, for programs that take records over a pipe:
 * DuckDB reads the CSV and writes the JSON, so that no row becomes a JavaScript object. Values are those of the
 * columns, read with the same care as for a table; times are text of RFC 3339.
 *
 * https://docs.airbyte.com/platform/understanding-airbyte/airbyte-protocol
 */
import { join } from "node:path"
import type { Column, Segment, StreamSchema } from "@decant/connector"
import { Duration, Effect, type Scope } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { loadMaskKeys, type MaskKeys } from "../duckdb/masks.ts"
import { withEnoughMemory } from "../duckdb/memory.ts"
import { openWorkbench } from "../duckdb/workbench.ts"
import { type Batch, batchesOf, batchRows } from "../duckdb-sql/batches.ts"
import { columnValue, readTypes } from "../duckdb-sql/column-values.ts"
import { readFiles } from "../duckdb-sql/read-files.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { segmentShort } from "../duckdb-sql/stage.ts"
import { checkHeaders } from "../segment-header.ts"
import { literal } from "../sql-text.ts"

/** The column by which takers of records know that a row is gone, and since when. */
export const deletedAtColumn = "_ab_cdc_deleted_at"

export interface RecordFile {
  readonly path: string
  readonly rows: number
}

export interface WriteRecords {
  readonly schema: StreamSchema
  readonly segments: ReadonlyArray<Segment>
  /** Milliseconds since 1970. */
  readonly emittedAt: number
  /** An existing private folder; the files in it belong to the caller. */
  readonly folder: string
}

export interface RecordLines {
  /** In the order in which they are to be given out. Segments that records cannot express make no file. */
  readonly write: (of: WriteRecords) => Effect.Effect<ReadonlyArray<RecordFile>, DestinationError>
}

const timeText = (value: string): string => `strftime(${value}, '%Y-%m-%dT%H:%M:%S.%gZ')`

const jsonValue = ({ type, mask }: Column, value: string): string => {
  if (mask !== undefined) return value
  if (type.kind === "timestamp") return timeText(value)
  return type.kind === "date" || type.kind === "time" ? `CAST(${value} AS VARCHAR)` : value
}

interface Cell {
  readonly name: string
  readonly sql: string
}

const flagOf = ({ deletes, columns }: StreamSchema): Column | null =>
  deletes.flag === null
    ? null
    : (columns.find(({ name }) => name === deletes.flag) ?? {
        name: deletes.flag,
        label: "Deleted",
        type: { kind: "boolean" },
        from: { header: deletes.flag }
      })

/** A row that went away is told by its key, its time and the flag; of a patch only this can be told. */
const expresses = ({ effect, header }: Batch, schema: StreamSchema): boolean => {
  if (effect === "upsert" || effect === "replace") return true
  const flag = schema.deletes.flag
  if (effect === "delete") return flag !== null
  const about = new Set([...(schema.key ?? []), schema.guard, flag])
  return (
    effect === "patch" && flag !== null && header.includes(flag) && header.every((name) => about.has(name))
  )
}

const cellsOf = (batch: Batch, schema: StreamSchema, types: ReadonlyMap<string, string>) => {
  const values = new Map(
    schema.columns.flatMap((column) => {
      const value = columnValue(column, types)
      return value === null ? [] : [[column.name, jsonValue(column, value)] as const]
    })
  )
  const cells: ReadonlyArray<Cell> = [...values].map(([name, sql]) => ({ name, sql }))
  const flag = flagOf(schema)
  if (flag === null) return { cells, gone: null }
  const gone = batch.effect === "delete" ? "true" : (values.get(flag.name) ?? "false")
  const since =
    (schema.guard === null ? undefined : values.get(schema.guard)) ?? literal(batch.segments[0]?.asOf ?? "")
  return {
    gone,
    cells: [
      ...cells.filter(({ name }) => name !== flag.name),
      { name: flag.name, sql: gone },
      { name: deletedAtColumn, sql: `CASE WHEN ${gone} THEN ${since} END` }
    ]
  }
}

const selectOf = (batch: Batch, { schema, emittedAt }: WriteRecords): string => {
  const types = readTypes(batch.header, schema.columns)
  const { cells, gone } = cellsOf(batch, schema, types)
  const data = cells.map(({ name, sql }) => `${literal(name)}: ${sql}`).join(", ")
  const record = `{'stream': ${literal(schema.stream)}, 'data': {${data}}, 'emitted_at': ${emittedAt}::BIGINT}`
  const rows = `SELECT 'RECORD' AS type, ${record} AS record FROM (${readFiles(batch, types)})`
  return batch.effect === "patch" ? `${rows} WHERE ${gone}` : rows
}

const writeBatch = Effect.fnUntraced(function* (
  sql: Sql,
  batch: Batch,
  of: WriteRecords
): Effect.fn.Return<RecordFile, DestinationError> {
  const path = join(of.folder, `${batch.segments[0]?.id}.jsonl`)
  const write = (limit: string) =>
    Effect.andThen(
      sql.run(`SET memory_limit = ${literal(limit)}`),
      sql.run(`COPY (${selectOf(batch, of)}) TO ${literal(path)} (FORMAT json)`)
    )
  const rows = yield* withEnoughMemory(write, undefined, { columns: batch.header.length })
  const [first] = batch.files
  if (batch.effect !== "patch" && rows !== batchRows(batch)) {
    return yield* segmentShort(first?.file.path ?? path, batchRows(batch), rows)
  }
  return { path, rows }
})

export const openRecordLines = Effect.fnUntraced(function* (
  maskKeys: MaskKeys
): Effect.fn.Return<RecordLines, DestinationError, Scope.Scope> {
  const bench = yield* openWorkbench({
    path: "records",
    lockTimeout: Duration.zero,
    notice: () => Effect.void
  })
  return {
    write: (of) =>
      Effect.gen(function* () {
        yield* checkHeaders(of.segments)
        const batches = batchesOf(of.segments).filter(
          (batch) => batch.files.length > 0 && expresses(batch, of.schema)
        )
        if (batches.length === 0) return []
        return yield* bench.use((sql) =>
          Effect.andThen(
            loadMaskKeys(sql, of.schema, maskKeys),
            Effect.forEach(batches, (batch) => writeBatch(sql, batch, of))
          )
        )
      })
  }
})
