/**
 * The tables of an org that is read no more stay under names that tell whose they are, and the copy is empty for the
 * org that comes next. A view follows its table: Decant's own are made anew with the first commit, others keep
 * showing the old org.
 */
import { Effect } from "effect"
import { asideName } from "../aside-name.ts"
import type { DestinationError } from "../destination-error.ts"
import { identifier } from "../sql-text.ts"
import { fitted } from "./postgres-layout.ts"
import type { Sql } from "./sql.ts"
import { checkOrg, hasState } from "./state.ts"
import { qualified } from "./target-table.ts"
import { transaction } from "./transaction.ts"

/** Runs stay: what was done was done. */
const stateOfCopy = ["checkpoints", "segments", "tombstones", "fields", "picklist_values"]

const names = (rows: ReadonlyArray<Record<string, unknown>>): ReadonlyArray<string> =>
  rows.map(({ name }) => String(name))

const tablesOf = (sql: Sql, schema: string) =>
  Effect.map(
    sql.rows(
      `SELECT t.tablename AS name FROM pg_catalog.pg_tables t
        WHERE t.schemaname = $1 AND EXISTS (SELECT 1 FROM _decant.checkpoints c
          WHERE c.schema_name = $1 AND (t.tablename IN (c.table_name, c.table_name || '_history')
            OR starts_with(t.tablename, '_decant_' || c.table_name || '_g')))
        ORDER BY name`,
      [schema]
    ),
    names
  )

const rename = Effect.fnUntraced(function* (sql: Sql, schema: string, table: string, to: string) {
  // The key's name is that of its index, and names of indexes are of the schema.
  const indexes = yield* sql.rows(
    "SELECT indexname AS name FROM pg_catalog.pg_indexes WHERE schemaname = $1 AND tablename = $2",
    [schema, table]
  )
  yield* sql.run(`ALTER TABLE ${qualified(schema, table)} RENAME TO ${identifier(to)}`)
  for (const index of names(indexes)) {
    const own = index.startsWith(table) ? index.slice(table.length) : `_${index}`
    yield* sql.run(`ALTER INDEX ${qualified(schema, index)} RENAME TO ${identifier(fitted(`${to}${own}`))}`)
  }
})

export const setAside = (
  sql: Sql,
  at: { readonly location: string; readonly schema: string }
): Effect.Effect<ReadonlyArray<string>, DestinationError> =>
  transaction(
    sql,
    Effect.gen(function* () {
      const { schema } = at
      const held = (yield* hasState(sql)) ? yield* checkOrg(sql, { ...at, orgId: null }) : null
      if (held === null) return []
      const every = yield* sql.rows(
        `SELECT c.relname AS name FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1`,
        [schema]
      )
      const taken = new Set(names(every).map((name) => name.toLowerCase()))
      const kept: Array<string> = []
      for (const table of yield* tablesOf(sql, schema)) {
        if (table.startsWith("_decant_")) {
          yield* sql.run(`DROP TABLE ${qualified(schema, table)}`)
          continue
        }
        const name = asideName(table, held.toLowerCase(), taken, fitted)
        yield* rename(sql, schema, table, name)
        kept.push(`${schema}.${name}`)
      }
      for (const state of stateOfCopy) {
        yield* sql.run(`DELETE FROM _decant.${state} WHERE schema_name = $1`, [schema])
      }
      return kept
    })
  )
