/** Whether a sync could write here, without making or changing anything. */
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { Sql } from "./sql.ts"
import { checkOrg, hasState, type OrgOf } from "./state.ts"

const forbidden = (location: string, what: string, role: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_FORBIDDEN",
    `The role ${role} cannot write to ${location}: ${what}.`,
    `GRANT CREATE ON DATABASE … TO ${role}; or make the schemas for it: CREATE SCHEMA … AUTHORIZATION ${role}. docs/postgres.md lists the statements.`
  )

const readOnly = (location: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_READ_ONLY",
    `${location} cannot be written: it is read-only, like a standby or a role with default_transaction_read_only.`,
    "Name the primary server in the spec's destination.url, or let the role write."
  )

export const checkWritable = Effect.fnUntraced(function* (
  sql: Sql,
  at: OrgOf
): Effect.fn.Return<void, DestinationError> {
  const [server] = yield* sql.rows(
    `SELECT current_user AS role, pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only,
       has_database_privilege(current_database(), 'CREATE') AS creates`
  )
  if (server?.read_only === true) return yield* readOnly(at.location)
  const role = String(server?.role)
  for (const schema of ["_decant", at.schema]) {
    const found = yield* sql.rows(
      "SELECT has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE') AS usable FROM pg_catalog.pg_namespace WHERE nspname = $1",
      [schema]
    )
    if (found[0] === undefined && server?.creates !== true) {
      return yield* forbidden(at.location, `there is no schema ${schema} and it may not make one`, role)
    }
    if (found[0] !== undefined && found[0].usable !== true) {
      return yield* forbidden(at.location, `it may not make tables in the schema ${schema}`, role)
    }
  }
  if (yield* hasState(sql)) yield* checkOrg(sql, at)
})
