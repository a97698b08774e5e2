/**
 * Makes a whole generation the visible one. The first takes the visible name. A later one is merged into the table
 * that is there, in one transaction: rows that are the same are not touched, and the table stays the table that
 * people's views, grants and keys know.
 */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { type Counts, noCounts } from "../duckdb-sql/apply.ts"
import { columnOf, identifier, literal } from "../sql-text.ts"
import { asOfColumn, type TableLayout } from "../table-layout.ts"
import type { Hidden } from "./hidden.ts"
import { forgetLoads } from "./load-notes.ts"
import { fitted } from "./postgres-layout.ts"
import { sqlType } from "./postgres-types.ts"
import { keysEqual } from "./reduce.ts"
import type { Sql } from "./sql.ts"
import { qualified } from "./target-table.ts"

const mine = "schema_name = $1 AND stream = $2 AND generation = $3"

const count = (sql: Sql, from: string): Effect.Effect<number, DestinationError> =>
  Effect.map(sql.rows(`SELECT count(*)::float8 AS rows FROM ${from}`), (rows) => Number(rows[0]?.rows))

/** Rows that were read for this generation in all its commits, this one included. */
const rowsRead = Effect.fnUntraced(function* (sql: Sql, { layout, generation }: Hidden) {
  const rows = yield* sql.rows(
    `SELECT coalesce(sum(rows), 0)::float8 AS rows FROM _decant.segments WHERE ${mine} AND effect = 'upsert'`,
    [layout.schema, layout.stream, generation]
  )
  return Number(rows[0]?.rows)
})

/** The first generation: its table becomes the visible one. */
export const publishFirst = Effect.fnUntraced(function* (
  sql: Sql,
  hidden: Hidden
): Effect.fn.Return<Counts, DestinationError> {
  const { layout } = hidden
  const inserted = yield* count(sql, hidden.sql)
  const unchanged = Math.max(0, (yield* rowsRead(sql, hidden)) - inserted)
  yield* sql.run(`ALTER TABLE ${hidden.sql} RENAME TO ${identifier(layout.table)}`)
  const taken = yield* sql.rows("SELECT to_regclass($1) IS NOT NULL AS taken", [
    qualified(layout.schema, fitted(`${layout.table}_pkey`))
  ])
  if (layout.key !== null && taken[0]?.taken === false) {
    yield* sql.run(
      `ALTER TABLE ${qualified(layout.schema, layout.table)} RENAME CONSTRAINT ${identifier(fitted(`${hidden.name}_pkey`))} TO ${identifier(fitted(`${layout.table}_pkey`))}`
    )
  }
  yield* forgetLoads(sql, { ...layout, generation: hidden.generation })
  return { ...noCounts, inserted, unchanged }
})

/** The columns of a generation as the visible table has them; that may have others, which the org has no longer. */
const cellsOf = (layout: TableLayout, types: ReadonlyMap<string, string>) =>
  layout.columns.map(({ name, column }) => {
    const [stored, wanted] = [types.get(name), sqlType(column)]
    const cast = stored === undefined || stored === wanted ? "" : `::${stored}`
    return { name: identifier(name), sql: `${columnOf("n", name)}${cast}` }
  })
type Cells = ReturnType<typeof cellsOf>

const namesOf = (cells: Cells): string => cells.map(({ name }) => name).join(", ")
const valuesOf = (cells: Cells): string => cells.map(({ sql }) => sql).join(", ")

/** Rows without a key are compared as a multiset; all are written anew when any is different. */
const replaceWhole = Effect.fnUntraced(function* (
  sql: Sql,
  { sql: hidden }: Hidden,
  visible: string,
  cells: Cells
): Effect.fn.Return<Counts, DestinationError> {
  const names = namesOf(cells)
  const [now, before] = [`SELECT ${valuesOf(cells)} FROM ${hidden} n`, `SELECT ${names} FROM ${visible}`]
  const inserted = yield* count(sql, `(${now} EXCEPT ALL ${before}) added`)
  const deleted = yield* count(sql, `(${before} EXCEPT ALL ${now}) gone`)
  const all = yield* count(sql, hidden)
  if (inserted + deleted > 0) {
    yield* sql.run(`DELETE FROM ${visible}`)
    yield* sql.run(
      `INSERT INTO ${visible} (${names}, ${asOfColumn}) SELECT ${valuesOf(cells)}, n.${asOfColumn} FROM ${hidden} n`
    )
  }
  return { inserted, updated: 0, deleted, unchanged: all - inserted }
})

const compare = Effect.fnUntraced(function* (
  sql: Sql,
  { layout, sql: hidden }: Hidden,
  visible: string,
  parts: { readonly on: string; readonly same: string; readonly wasLive: string; readonly isLive: string }
) {
  const { on, same, wasLive, isLive } = parts
  const both = "n.ctid IS NOT NULL AND o.ctid IS NOT NULL"
  const rows = yield* sql.rows(
    `SELECT (count(*) FILTER (WHERE o.ctid IS NULL))::float8 AS inserted,
       (count(*) FILTER (WHERE n.ctid IS NULL AND ${wasLive}))::float8 AS absent,
       (count(*) FILTER (WHERE ${both} AND NOT (${same}) AND ${wasLive} AND NOT (${isLive})))::float8 AS marked,
       (count(*) FILTER (WHERE ${both} AND NOT (${same})))::float8 AS changed,
       (count(*) FILTER (WHERE ${both} AND ${same}))::float8 AS unchanged
     FROM ${hidden} n FULL JOIN ${visible} o ON ${on}`
  )
  const of = (name: string) => Number(rows[0]?.[name])
  const absent = layout.deletes.absent === "keep" ? 0 : of("absent")
  return {
    inserted: of("inserted"),
    updated: of("changed") - of("marked"),
    deleted: absent + of("marked"),
    unchanged: of("unchanged")
  }
})

/** What becomes of rows that the new generation does not have. */
const settleAbsent = Effect.fnUntraced(function* (
  sql: Sql,
  { layout, sql: hidden }: Hidden,
  visible: string,
  now: string
): Effect.fn.Return<void, DestinationError> {
  const { flag, deletes } = layout
  if (deletes.absent === "keep") return
  const absent = `NOT EXISTS (SELECT 1 FROM ${hidden} n WHERE ${keysEqual(layout.key ?? [], "n", "o")})`
  if (flag === null || deletes.hard !== "mark") {
    yield* sql.run(`DELETE FROM ${visible} o WHERE ${absent}`)
    return
  }
  yield* sql.run(
    `UPDATE ${visible} o SET ${identifier(flag.name)} = true, ${asOfColumn} = ${literal(now)}::timestamptz
      WHERE ${columnOf("o", flag.name)} IS NOT TRUE AND ${absent}`
  )
})

const mergeByKey = Effect.fnUntraced(function* (
  sql: Sql,
  generation: Hidden,
  visible: string,
  cells: Cells,
  now: string
): Effect.fn.Return<Counts, DestinationError> {
  const { layout, sql: hidden } = generation
  const on = keysEqual(layout.key ?? [], "n", "o")
  const same = cells.map(({ name, sql }) => `${sql} IS NOT DISTINCT FROM o.${name}`).join(" AND ")
  const isLive = (alias: string): string =>
    layout.flag === null ? "true" : `${columnOf(alias, layout.flag.name)} IS NOT TRUE`
  const counts = yield* compare(sql, generation, visible, {
    on,
    same,
    wasLive: isLive("o"),
    isLive: isLive("n")
  })
  yield* settleAbsent(sql, generation, visible, now)
  const all = [...cells, { name: asOfColumn, sql: `n.${asOfColumn}` }]
  const set = all.map(({ name, sql }) => `${name} = ${sql}`).join(", ")
  yield* sql.run(`UPDATE ${visible} o SET ${set} FROM ${hidden} n WHERE ${on} AND NOT (${same})`)
  yield* sql.run(
    `INSERT INTO ${visible} (${namesOf(all)}) SELECT ${valuesOf(all)}
      FROM ${hidden} n WHERE NOT EXISTS (SELECT 1 FROM ${visible} o WHERE ${on})`
  )
  return counts
})

/** A later generation is merged into the visible table, which is locked against other writers. */
export const publishOver = Effect.fnUntraced(function* (
  sql: Sql,
  hidden: Hidden,
  types: ReadonlyMap<string, string>,
  now: string
): Effect.fn.Return<Counts, DestinationError> {
  const { layout } = hidden
  const visible = qualified(layout.schema, layout.table)
  const cells = cellsOf(layout, types)
  const counts =
    layout.key === null
      ? yield* replaceWhole(sql, hidden, visible, cells)
      : yield* mergeByKey(sql, hidden, visible, cells, now)
  yield* sql.run(`DROP TABLE ${hidden.sql}`)
  yield* forgetLoads(sql, { ...layout, generation: hidden.generation })
  return counts
})
