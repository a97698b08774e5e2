/** Opens the copy for one question, and keeps the question to what agents may read. */
import type { Destination, QueryLimits } from "@decant/connector"
import { Effect } from "effect"
import { findDestination } from "../registry.ts"
import { guardDuckdb, guardPostgres } from "./copy-guard.ts"
import { allowedTables, type CopyTable, catalogueSql, tablesOf } from "./copy-tables.ts"
import type { Desk } from "./desk.ts"

export interface OpenedCopy {
  readonly destination: Destination
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
  if (spec.destination.type === "postgres" && spec.mcp?.tables !== undefined) {
    yield* guardPostgres({ readable, allowed: tables, schema })
  }
  const copy: OpenedCopy = { destination, schema, tables }
  return copy
})

/** An agent's own statement. */
export const askCopy = Effect.fnUntraced(function* (desk: Desk, sql: string, maxRows: number) {
  const copy = yield* openCopy(desk)
  const { destination, schema, tables } = copy
  const safe =
    desk.specFile.spec.destination.type === "postgres" ? sql : yield* guardDuckdb({ sql, tables, schema })
  return yield* destination.query(safe, { maxRows, seconds: desk.limits.seconds })
}, Effect.scoped)
