/**
 * A generation is a table read from its beginning, hidden until it is whole. Publishing gives it the visible
 * name in the transaction that says so; until then readers see the one before.
 */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { addCounts, type Counts, noCounts } from "../duckdb-sql/apply.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { columnOf, identifier, literal } from "../sql-text.ts"
import { asOfColumn, type TableLayout } from "../table-layout.ts"
import { hiddenName, qualified, type TargetTable, tableTypes } from "./target-table.ts"

interface Generation {
  readonly layout: TableLayout
  readonly table: TargetTable
}

const shared = (layout: TableLayout, types: ReadonlyMap<string, string>): ReadonlyArray<string> =>
  layout.columns.map(({ name }) => name).filter((name) => types.has(name.toLowerCase()))

const count = (sql: Sql, query: string): Effect.Effect<number, DestinationError> =>
  Effect.map(sql.rows(`SELECT count(*)::DOUBLE AS rows FROM ${query}`), (rows) => Number(rows[0]?.rows))

/** Rows without a key are compared as a multiset. */
const compareWhole = Effect.fnUntraced(function* (
  sql: Sql,
  { layout, table }: Generation,
  old: string,
  types: ReadonlyMap<string, string>
): Effect.fn.Return<Counts, DestinationError> {
  const columns = shared(layout, types).map(identifier).join(", ")
  const [now, before] = [`SELECT ${columns} FROM ${table.sql}`, `SELECT ${columns} FROM ${old}`]
  const inserted = yield* count(sql, `(${now} EXCEPT ALL ${before})`)
  const deleted = yield* count(sql, `(${before} EXCEPT ALL ${now})`)
  const all = yield* count(sql, table.sql)
  return { inserted, updated: 0, deleted, unchanged: all - inserted }
})

const compareByKey = Effect.fnUntraced(function* (
  sql: Sql,
  { layout, table }: Generation,
  old: string,
  types: ReadonlyMap<string, string>
): Effect.fn.Return<Counts, DestinationError> {
  const key = (layout.key ?? []).map(({ name }) => name)
  const on = key.map((name) => `${columnOf("n", name)} = ${columnOf("o", name)}`).join(" AND ")
  const same = shared(layout, types)
    .map((name) => `${columnOf("n", name)} IS NOT DISTINCT FROM ${columnOf("o", name)}`)
    .join(" AND ")
  const wasLive =
    layout.flag === null || !types.has(layout.flag.name.toLowerCase())
      ? "true"
      : `${columnOf("o", layout.flag.name)} IS NOT TRUE`
  const isLive = layout.flag === null ? "true" : `${columnOf("n", layout.flag.name)} IS NOT TRUE`
  const rows = yield* sql.rows(
    `SELECT (count(*) FILTER (WHERE o.rowid IS NULL))::DOUBLE AS inserted,
       (count(*) FILTER (WHERE n.rowid IS NULL AND ${wasLive}))::DOUBLE AS absent,
       (count(*) FILTER (WHERE n.rowid IS NOT NULL AND o.rowid IS NOT NULL AND NOT (${same}) AND ${wasLive} AND NOT (${isLive})))::DOUBLE AS marked,
       (count(*) FILTER (WHERE n.rowid IS NOT NULL AND o.rowid IS NOT NULL AND NOT (${same})))::DOUBLE AS changed,
       (count(*) FILTER (WHERE n.rowid IS NOT NULL AND o.rowid IS NOT NULL AND ${same}))::DOUBLE AS unchanged
     FROM ${table.sql} n FULL JOIN ${old} o ON ${on}`
  )
  const of = (name: string) => Number(rows[0]?.[name])
  return {
    inserted: of("inserted"),
    updated: of("changed") - of("marked"),
    deleted: (layout.deletes.absent === "keep" ? 0 : of("absent")) + of("marked"),
    unchanged: of("unchanged")
  }
})

/** Rows that the new generation does not have: with `absent: keep` as they are, with `hard: mark` marked as deleted. */
const carryAbsent = Effect.fnUntraced(function* (
  sql: Sql,
  { layout, table }: Generation,
  old: string,
  types: ReadonlyMap<string, string>,
  now: string
): Effect.fn.Return<void, DestinationError> {
  const { flag, key } = layout
  if (key === null) return
  const keeps = layout.deletes.absent === "keep"
  if (!keeps && (flag === null || layout.deletes.hard !== "mark")) return
  const marks: ReadonlyArray<readonly [column: string, value: string]> = keeps
    ? [[asOfColumn, columnOf("o", asOfColumn)]]
    : [
        [flag?.name ?? "", "true"],
        [asOfColumn, `TIMESTAMPTZ ${literal(now)}`]
      ]
  const carried = shared(layout, types)
    .filter((name) => marks.every(([mark]) => mark !== name))
    .map((name) => [name, columnOf("o", name)] as const)
  const cells = [...carried, ...marks]
  const on = key.map(({ name }) => `${columnOf("n", name)} = ${columnOf("o", name)}`).join(" AND ")
  yield* sql.run(
    `INSERT INTO ${table.sql} (${cells.map(([name]) => identifier(name)).join(", ")})
      SELECT ${cells.map(([, value]) => value).join(", ")} FROM ${old} o
      WHERE NOT EXISTS (SELECT 1 FROM ${table.sql} n WHERE ${on})`
  )
})

/** Makes the hidden table the visible one; counts what changes for a reader. */
export const publish = Effect.fnUntraced(function* (
  sql: Sql,
  generation: Generation,
  now: string
): Effect.fn.Return<Counts, DestinationError> {
  const { layout, table } = generation
  const visible = qualified(layout.schema, layout.table)
  const types = yield* tableTypes(sql, layout.schema, layout.table)
  let counts = noCounts
  if (types === null) {
    counts = addCounts(counts, { ...noCounts, inserted: yield* count(sql, table.sql) })
  } else {
    counts =
      layout.key === null
        ? yield* compareWhole(sql, generation, visible, types)
        : yield* compareByKey(sql, generation, visible, types)
    yield* carryAbsent(sql, generation, visible, types, now)
    yield* sql.run(`DROP TABLE ${visible}`)
  }
  yield* sql.run(`ALTER TABLE ${table.sql} RENAME TO ${identifier(layout.table)}`)
  return counts
})

export const dropGeneration = Effect.fnUntraced(function* (
  sql: Sql,
  at: {
    readonly schema: string
    readonly stream: string
    readonly table: string
    readonly generation: number
  }
): Effect.fn.Return<void, DestinationError> {
  yield* sql.run(`DROP TABLE IF EXISTS ${qualified(at.schema, hiddenName(at.table, at.generation))}`)
  yield* sql.run(
    "DELETE FROM target._decant.segments WHERE schema_name = $schema AND stream = $stream AND generation = $generation",
    { schema: at.schema, stream: at.stream, generation: at.generation }
  )
})
