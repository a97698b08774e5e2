/**
 * When the write-ahead log is folded into the file. Folding it into a big file would rewrite much of it for a
 * small change, so there DuckDB does it when the log has grown to 16 MB; readers replay the log until then.
 * A small file has no log beside it once a run has ended, so that copying it copies everything. Each commit of the
 * run would pay for it once more.
 */
import { stat } from "node:fs/promises"
import type { CommitResult } from "@decant/connector"
import { Effect } from "effect"
import type { Sql } from "../duckdb-sql/sql.ts"

const foldBelowBytes = 256 * 1024 * 1024

const sizeOf = (path: string): Effect.Effect<number> =>
  Effect.promise(() =>
    stat(path).then(
      ({ size }) => size,
      () => 0
    )
  )

/**
 * DuckDB 1.5 cannot replay a new field of a struct, nor a change of type by a function, for whoever opens the file itself
 * ("no default database set"); who attaches it can, as we do. So no such change stays in the log.
 */
export const foldAlterations = (sql: Sql, { schemaChanges }: CommitResult) =>
  schemaChanges.some(({ kind }) => kind !== "table-created") ? sql.run("CHECKPOINT target") : Effect.void

export const foldLog = Effect.fnUntraced(function* (sql: Sql, path: string) {
  if ((yield* sizeOf(`${path}.wal`)) > 0 && (yield* sizeOf(path)) < foldBelowBytes) {
    yield* sql.run("CHECKPOINT target")
  }
})
