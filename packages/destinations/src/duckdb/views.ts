/**
 * Views beside a table. Their columns are listed one by one: DuckDB refuses to read a `SELECT *` view once its
 * table has another column than when the view was made.
 */
import type { View } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { identifier } from "../sql-text.ts"
import type { TableLayout } from "../table-layout.ts"
import { qualified, type TargetTable } from "./target-table.ts"

const live = (layout: TableLayout): string =>
  layout.flag === null ? "" : ` WHERE ${identifier(layout.flag.name)} IS NOT TRUE`

/** The file's name inside the file is not known to a reader, so views name schema and table only. */
const from = (layout: TableLayout): string => `${identifier(layout.schema)}.${identifier(layout.table)}`

/** A chain of merges is followed to its end; one that runs in a circle ends after 100 steps. */
const survivors = (layout: TableLayout, key: string, mergedInto: string): string =>
  `WITH RECURSIVE chain(merged_id, surviving_id, steps) AS (
     SELECT ${identifier(key)}, ${identifier(mergedInto)}, 1 FROM ${from(layout)} WHERE ${identifier(mergedInto)} IS NOT NULL
     UNION ALL
     SELECT chain.merged_id, row.${identifier(mergedInto)}, chain.steps + 1 FROM chain
       JOIN ${from(layout)} row ON row.${identifier(key)} = chain.surviving_id
       WHERE row.${identifier(mergedInto)} IS NOT NULL AND chain.steps < 100)
   SELECT merged_id, arg_max(surviving_id, steps) AS surviving_id FROM chain GROUP BY merged_id`

const select = (layout: TableLayout, view: View, columns: ReadonlyArray<string>): string | null => {
  const all = columns.map(identifier).join(", ")
  if (view.kind === "live") return `SELECT ${all} FROM ${from(layout)}${live(layout)}`
  if (view.kind === "survivors") {
    const key = layout.key?.[0]
    return key === undefined ? null : survivors(layout, key.name, view.mergedInto)
  }
  const roles = Object.entries(view.roles)
  const taken = new Set(roles.map(([role]) => role.toLowerCase()))
  const own = columns.filter((name) => !taken.has(name.toLowerCase())).map(identifier)
  const named = roles.map(
    ([role, column]) =>
      `${column === null ? "CAST(NULL AS VARCHAR)" : identifier(column)} AS ${identifier(role)}`
  )
  return `SELECT ${[...own, ...named].join(", ")} FROM ${from(layout)}${live(layout)}`
}

export const writeViews = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  table: TargetTable
): Effect.fn.Return<void, DestinationError> {
  const spelled = new Map(layout.columns.map(({ name }) => [name.toLowerCase(), name]))
  const columns = [...table.types.keys()].map((name) => spelled.get(name) ?? name)
  for (const view of layout.views) {
    const body = select(layout, view, columns)
    if (body !== null)
      yield* sql.run(`CREATE OR REPLACE VIEW ${qualified(layout.schema, view.name)} AS ${body}`)
  }
})
