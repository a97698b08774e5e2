/**
 * Views beside a table. A view keeps its grants and what is built on it as long as its columns only grow at the end,
 * so those that it has stay in their order; only when the table's columns change their type is it made anew, with
 * the grants that it had.
 */
import type { View } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { columnOf, identifier, literal } from "../sql-text.ts"
import type { TableLayout } from "../table-layout.ts"
import type { Sql } from "./sql.ts"
import { qualified, tableTypes } from "./target-table.ts"

type Output = readonly [name: string, sql: string]

const live = (layout: TableLayout): string =>
  layout.flag === null ? "" : ` WHERE ${identifier(layout.flag.name)} IS NOT TRUE`

const from = (layout: TableLayout): string => qualified(layout.schema, layout.table)

/** A chain of merges is followed to its end; one that runs in a circle ends after 100 steps. */
const survivors = (layout: TableLayout, key: string, mergedInto: string): string =>
  `WITH RECURSIVE chain(merged_id, surviving_id, steps) AS (
     SELECT ${identifier(key)}, ${identifier(mergedInto)}, 1 FROM ${from(layout)} WHERE ${identifier(mergedInto)} IS NOT NULL
     UNION ALL
     SELECT chain.merged_id, link.${identifier(mergedInto)}, chain.steps + 1 FROM chain
       JOIN ${from(layout)} link ON link.${identifier(key)} = chain.surviving_id
       WHERE ${columnOf("link", mergedInto)} IS NOT NULL AND chain.steps < 100)
   SELECT DISTINCT ON (merged_id) merged_id, surviving_id FROM chain ORDER BY merged_id, steps DESC`

const outputs = (view: View, columns: ReadonlyArray<string>): ReadonlyArray<Output> => {
  const own = columns.map((name): Output => [name, identifier(name)])
  if (view.kind !== "roles") return own
  const roles = Object.entries(view.roles)
  const taken = new Set(roles.map(([role]) => role))
  return [
    ...own.filter(([name]) => !taken.has(name)),
    ...roles.map(([role, column]): Output => [role, column === null ? "NULL::text" : identifier(column)])
  ]
}

const body = (
  layout: TableLayout,
  view: View,
  columns: ReadonlyArray<string>,
  before: ReadonlyArray<string>
): string | null => {
  if (view.kind === "survivors") {
    const key = layout.key?.[0]
    return key === undefined ? null : survivors(layout, key.name, view.mergedInto)
  }
  const all = outputs(view, columns)
  const kept = before.flatMap((name) => all.filter(([own]) => own === name))
  const added = all.filter(([name]) => !before.includes(name))
  const list = [...kept, ...added].map(([name, sql]) => `${sql} AS ${identifier(name)}`).join(", ")
  return `SELECT ${list} FROM ${from(layout)}${live(layout)}`
}

/** Whether each column that the view has stays, with its type. */
const canGrow = (
  view: View,
  types: ReadonlyMap<string, string>,
  stored: ReadonlyMap<string, string>
): boolean => {
  if (view.kind === "survivors") return stored.size === 2
  const roles = view.kind === "roles" ? view.roles : {}
  const typeOf = (name: string): string | undefined => {
    const role = roles[name]
    if (role === undefined) return types.get(name)
    return role === null ? "text" : types.get(role)
  }
  return [...stored].every(([name, type]) => typeOf(name) === type)
}

/** Statements that give a view's grants again. */
const grantsOf = Effect.fnUntraced(function* (
  sql: Sql,
  schema: string,
  view: string
): Effect.fn.Return<ReadonlyArray<string>, DestinationError> {
  const rows = yield* sql.rows(
    `SELECT CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS role,
       g.privilege_type AS privilege, g.is_grantable AS grantable
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g
     WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'v' AND g.grantee <> c.relowner`,
    [schema, view]
  )
  return rows.map(
    ({ role, privilege, grantable }) =>
      `GRANT ${String(privilege)} ON ${qualified(schema, view)} TO ${String(role)}${grantable === true ? " WITH GRANT OPTION" : ""}`
  )
})

/** Takes the views away for a change of the table's types; what it returns is for `writeViews`. */
export const dropViews = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout
): Effect.fn.Return<ReadonlyArray<string>, DestinationError> {
  const grants: Array<string> = []
  for (const view of layout.views) {
    grants.push(...(yield* grantsOf(sql, layout.schema, view.name)))
    yield* sql.run(`DROP VIEW IF EXISTS ${qualified(layout.schema, view.name)}`)
  }
  return grants
})

export const writeViews = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  types: ReadonlyMap<string, string>,
  grants: ReadonlyArray<string>
): Effect.fn.Return<void, DestinationError> {
  for (const view of layout.views) {
    const name = qualified(layout.schema, view.name)
    const stored = yield* tableTypes(sql, layout.schema, view.name)
    const grows = stored === null || canGrow(view, types, stored)
    const again = grows ? [] : yield* grantsOf(sql, layout.schema, view.name)
    if (!grows) yield* sql.run(`DROP VIEW ${name}`)
    const before = grows ? [...(stored?.keys() ?? [])] : []
    const select = body(layout, view, [...types.keys()], before)
    if (select === null) continue
    yield* sql.run(`CREATE OR REPLACE VIEW ${name} AS ${select}`)
    for (const grant of again) yield* sql.run(grant)
    yield* sql.run(`COMMENT ON VIEW ${name} IS ${literal(`View of ${layout.stream} by Decant`)}`)
  }
  for (const grant of grants) yield* sql.run(grant)
})
