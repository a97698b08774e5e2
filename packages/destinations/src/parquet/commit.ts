/**
 * One commit. What DuckDB files are committed with runs in a database that holds only the rows that may change;
 * the parts of the table that did change become new files. All of it is written first: data, then
 * `_decant/checkpoints/<stream>/<version>.json`. The next file of the table's log makes it true, or another writer
 * has put that file and nothing of this commit is.
 */
import type { Commit, CommitResult } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { needsOrg, type Prepared } from "../duckdb/commit.ts"
import { loadMaskKeys } from "../duckdb/masks.ts"
import { withEnoughMemory } from "../duckdb/memory.ts"
import { batchesOf } from "../duckdb-sql/batches.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { checkHeaders } from "../segment-header.ts"
import { literal } from "../sql-text.ts"
import { tableLayout } from "../table-layout.ts"
import { conflict, validate } from "../writer-conflict.ts"
import { appendCommit, canAppendCommit } from "./append-commit.ts"
import { baseOf, type Work, type Writer } from "./base.ts"
import { checkOrg } from "./org.ts"
import { mostTries, type PartAttempt, partOnce, pauseMillis } from "./part-commit.ts"
import { rewritesAll } from "./rewrite.ts"
import { stagedCommit } from "./staged-commit.ts"
import { readStreamTable } from "./stream-table.ts"

const once = Effect.fnUntraced(function* (
  writer: Writer,
  orgId: string,
  prepared: Prepared,
  sql: Sql
): Effect.fn.Return<CommitResult | "again", DestinationError> {
  const { commit, layout } = prepared
  yield* checkOrg(writer.store, writer.settings)
  const table = yield* readStreamTable({ sql, ...writer }, layout.table, commit.stream)
  const stored = table.state?.checkpoint.version ?? 0
  if (stored !== commit.expectedVersion && stored !== commit.checkpoint.version) {
    return yield* conflict(
      commit.stream,
      `its checkpoint has version ${stored}, expected was ${commit.expectedVersion}`
    )
  }
  const base = baseOf(commit, layout, table)
  const work: Work = { writer, sql, orgId, prepared, base, isPart: false }
  const appends = canAppendCommit(work) && !(yield* rewritesAll(writer.store, layout, work.base))
  return (appends ? yield* appendCommit(work) : null) ?? (yield* stagedCommit(work))
})

const tooBusy = (stream: string): DestinationError =>
  DestinationError.of(
    "WRITER_CONFLICT",
    `Others keep writing to the Delta table of ${stream}. Nothing of this commit was stored.`,
    "Let them finish and run the sync again."
  )

export const commitToTables = Effect.fnUntraced(function* (
  writer: Writer,
  commit: Commit
): Effect.fn.Return<CommitResult, DestinationError> {
  const { settings, workbench } = writer
  const { orgId } = settings
  if (orgId === null) return yield* needsOrg
  yield* validate(commit)
  const layout = yield* tableLayout(commit.schema, settings)
  yield* checkHeaders(commit.segments)
  const prepared: Prepared = { commit, layout, batches: batchesOf(commit.segments) }
  const isPart = commit.part !== undefined
  const part: PartAttempt = { files: null }
  const attempt = (limit: string) =>
    workbench.use(
      Effect.fnUntraced(function* (sql: Sql) {
        yield* sql.run(`SET memory_limit = ${literal(limit)}`)
        yield* loadMaskKeys(sql, commit.schema, settings.maskKeys)
        return yield* isPart
          ? partOnce(writer, orgId, prepared, sql, part)
          : once(writer, orgId, prepared, sql)
      })
    )
  const passage = { columns: layout.columns.length, rowGroups: true }
  for (let tries = 0; tries < (isPart ? mostTries : 5); tries++) {
    const result = yield* withEnoughMemory(attempt, workbench.memory, passage)
    if (result !== "again") return result
    if (isPart) yield* Effect.sleep(pauseMillis(tries))
  }
  return yield* tooBusy(commit.stream)
})
