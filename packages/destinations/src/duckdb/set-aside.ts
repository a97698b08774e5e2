/**
 * The tables of an org that is read no more stay under names that tell whose they are, e.g.
 * `Account_00D000000000001AAA`, and the copy is empty for the org that comes next. Views keep their names: those of
 * Decant are made anew with the first commit.
 */
import { Effect } from "effect"
import { asideName } from "../aside-name.ts"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { identifier } from "../sql-text.ts"
import { checkOrg, hasState } from "./state.ts"
import { qualified } from "./target-table.ts"
import { transaction } from "./transaction.ts"

/** Runs stay: what was done was done. */
const stateOfCopy = ["checkpoints", "segments", "tombstones", "fields", "picklist_values"]

const tablesOf = (sql: Sql, schema: string) =>
  Effect.map(
    sql.rows(
      `SELECT t.table_name AS name FROM duckdb_tables() t
        WHERE t.database_name = 'target' AND t.schema_name = $schema AND EXISTS (SELECT 1 FROM target._decant.checkpoints c
          WHERE c.schema_name = $schema AND (t.table_name IN (c.table_name, c.table_name || '_history')
            OR starts_with(t.table_name, '_decant_' || c.table_name || '_g')))
        ORDER BY name`,
      { schema }
    ),
    (rows) => rows.map(({ name }) => String(name))
  )

export const setAside = (
  sql: Sql,
  at: { readonly path: string; readonly schema: string }
): Effect.Effect<ReadonlyArray<string>, DestinationError> =>
  transaction(
    sql,
    Effect.gen(function* () {
      const { schema } = at
      const held = (yield* hasState(sql)) ? yield* checkOrg(sql, { ...at, orgId: null }) : null
      if (held === null) return { keep: false, value: [] }
      const every = yield* sql.rows(
        "SELECT table_name AS name FROM duckdb_tables() WHERE database_name = 'target' AND schema_name = $schema",
        { schema }
      )
      const taken = new Set(every.map(({ name }) => String(name).toLowerCase()))
      const kept: Array<string> = []
      for (const table of yield* tablesOf(sql, schema)) {
        if (table.startsWith("_decant_")) {
          yield* sql.run(`DROP TABLE ${qualified(schema, table)}`)
          continue
        }
        const name = asideName(table, held, taken)
        yield* sql.run(`ALTER TABLE ${qualified(schema, table)} RENAME TO ${identifier(name)}`)
        kept.push(`${schema}.${name}`)
      }
      for (const state of stateOfCopy) {
        yield* sql.run(`DELETE FROM target._decant.${state} WHERE schema_name = $schema`, { schema })
      }
      return { keep: true, value: kept }
    })
  )
