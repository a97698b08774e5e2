/**
 * A column that gets a mask: what is stored in clear is masked as well. The key stays here: the different values come
 * out, are hashed, and go back beside what they stand for.
 */
import { join } from "node:path"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { MaskKeys } from "../duckdb/masks.ts"
import { identifier } from "../sql-text.ts"
import type { TableLayout } from "../table-layout.ts"
import { csvBytes } from "./copy-file.ts"
import type { KnownColumn } from "./descriptions.ts"
import { hashColumn, openBench } from "./masks.ts"
import type { Sql } from "./sql.ts"
import { stagePrefix } from "./stage.ts"
import type { TargetTable } from "./target-table.ts"

const cannotUnmask = (layout: TableLayout, column: string): DestinationError =>
  DestinationError.of(
    "SCHEMA_INCOMPATIBLE",
    `The mask of ${layout.table}.${column} was changed or taken away; stored values cannot be turned into what it asks for now.`,
    `Read the stream again: \`decant sync --full-refresh ${layout.stream}\`.`
  )

const maskColumn = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  table: TargetTable,
  name: string,
  keys: { readonly name: string; readonly all: MaskKeys }
) {
  const bench = yield* openBench(layout.stream, [keys.name], keys.all)
  const [clear, masked] = [join(bench.folder, "clear.csv"), join(bench.folder, "masked.csv")]
  const column = identifier(name)
  const pairs = `_decant.${identifier(`${stagePrefix(layout.schema, layout.stream)}mask`)}`
  yield* sql.copyOut(
    `COPY (SELECT DISTINCT ${column} AS value FROM ${table.sql} WHERE ${column} IS NOT NULL) TO STDOUT (FORMAT csv, HEADER true, FORCE_QUOTE *)`,
    clear
  )
  yield* hashColumn(bench, keys.name, clear, masked)
  yield* sql.run(`CREATE UNLOGGED TABLE ${pairs} (clear text COLLATE pg_catalog."C", masked text)`)
  yield* sql.copyIn(`COPY ${pairs} FROM STDIN (FORMAT csv, HEADER true)`, () =>
    csvBytes({ path: masked, gzip: false }, { removed: 0 })
  )
  yield* sql.run(`UPDATE ${table.sql} t SET ${column} = p.masked FROM ${pairs} p WHERE t.${column} = p.clear`)
  yield* sql.run(`DROP TABLE ${pairs}`)
})

export const maskStored = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  table: TargetTable,
  known: ReadonlyArray<KnownColumn> | null,
  keys: MaskKeys
): Effect.fn.Return<void, DestinationError> {
  for (const { name, column } of layout.columns) {
    const before = known?.find((item) => item.name === name)
    const mask = column.mask?.hmac ?? null
    if (before === undefined || before.mask === mask) continue
    if (before.mask !== null || mask === null || table.types.get(name) !== "text") {
      return yield* cannotUnmask(layout, name)
    }
    yield* Effect.scoped(maskColumn(sql, layout, table, name, { name: mask, all: keys }))
  }
})
