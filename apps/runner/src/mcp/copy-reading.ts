/** Opens the copy for one question, and keeps the question to what agents may read. */
import type { Destination, QueryLimits } from "@decant/connector"
import { Effect } from "effect"
import { findDestination } from "../registry.ts"
import { guardDuckdb, guardPostgres } from "./copy-guard.ts"
import { allowedTables, type CopyTable, catalogueSql, tablesOf } from "./copy-tables.ts"
import type { Desk } from "./desk.ts"
import { ToolFailure } from "./tool-failure.ts"

export interface OpenedCopy {
  readonly destination: Destination
  /** Those that there are, or in Postgres that the role may read. */
  readonly readable: ReadonlyArray<CopyTable>
  readonly schema: string
  /** Those that agents may read, with the columns that they may. */
  readonly tables: ReadonlyArray<CopyTable>
}

const catalogueLimits: QueryLimits = { maxRows: 100_000, seconds: 60 }

/** For as long as the scope. */
export const openCopy = Effect.fnUntraced(function* ({ specFile, screen }: Desk) {
  const { spec, folder } = specFile
  const connector = yield* findDestination(spec.destination.type)
  const destination = yield* connector.open({ spec, folder, orgId: null, notice: screen.note })
  const catalogue = yield* destination.query(catalogueSql, catalogueLimits)
  const { schema } = spec.destination
  const readable = tablesOf(catalogue)
  const tables = allowedTables(readable, schema, spec.mcp?.tables)
  const copy: OpenedCopy = { destination, readable, schema, tables }
  return copy
})

const needsRole = ToolFailure.refused(
  "Agents ask a copy in Postgres only through a role that may do nothing but read.",
  "Whoever runs `decant mcp` makes one (docs/postgres.md has the statements) and names it in the spec's destination as `queryUrl`."
)

/** The statement to run in place of the agent's. */
const guarded = Effect.fnUntraced(function* (desk: Desk, copy: OpenedCopy, sql: string) {
  const { destination, mcp } = desk.specFile.spec
  const { readable, tables, schema } = copy
  if (destination.type !== "postgres") return yield* guardDuckdb({ sql, tables, schema })
  if (destination.queryUrl === undefined) return yield* needsRole
  if (mcp?.tables !== undefined) yield* guardPostgres({ readable, allowed: tables, schema })
  return sql
})

/** An agent's own statement. */
export const askCopy = Effect.fnUntraced(function* (desk: Desk, sql: string, maxRows: number) {
  const copy = yield* openCopy(desk)
  const safe = yield* guarded(desk, copy, sql)
  return yield* copy.destination.query(safe, { maxRows, seconds: desk.limits.seconds })
}, Effect.scoped)
