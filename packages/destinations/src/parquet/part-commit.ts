/**
 * A commit of work items by one of several writers of a stream. The rows become files first, which takes the time,
 * and once. Then the log is read again, the items are moved in the checkpoint that stands there by now, and the next
 * file of the log makes both true. Whoever loses that name to another writer repeats only this end of the commit.
 */
import type { Commit, CommitResult } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Prepared } from "../duckdb/commit.ts"
import { noCounts } from "../duckdb-sql/apply.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { conflict, holdAgainst } from "../writer-conflict.ts"
import { baseOf, publishedGeneration, type Work, type Writer } from "./base.ts"
import { checkOrg } from "./org.ts"
import { dropPartFiles, type PartFiles, writePartFiles } from "./part-files.ts"
import { joinTable } from "./part-join.ts"
import { forgetTombstones } from "./part-merge.ts"
import { stagedCommit } from "./staged-commit.ts"
import { readStreamTable, type StreamTable } from "./stream-table.ts"

/**
 * Each try that is lost is a commit that another writer has made. Of 32 writers that end at one moment the last has
 * lost 31 times; 200 leave room for those whose network is slower than the others'.
 */
export const mostTries = 200

/** Up to a second, so that those who have lost to each other do not meet again. */
export const pauseMillis = (tries: number): number => Math.random() * Math.min(1000, 20 * 2 ** tries)

/** What one commit of a part keeps from try to try. */
export interface PartAttempt {
  files: PartFiles | null
}

const storedStream = ({ state }: StreamTable, published: number | null) =>
  state === null ? null : { checkpoint: state.checkpoint, published }

const gone = (commit: Commit, work: Pick<Work, "base">, files: PartFiles | null): DestinationError | null => {
  const { base } = work
  if (base.isHidden && base.hidden === null) return conflict(commit.stream, "its generation was discarded")
  const erasures = base.table.state?.details.erasures ?? 0
  return files !== null && erasures !== files.erasures
    ? conflict(commit.stream, "a record was erased from it")
    : null
}

const drop = (work: Work, files: PartFiles): Effect.Effect<void> =>
  Effect.andThen(dropPartFiles(work, files), forgetTombstones(files.merged))

export const partOnce = Effect.fnUntraced(function* (
  writer: Writer,
  orgId: string,
  prepared: Prepared,
  sql: Sql,
  attempt: PartAttempt
): Effect.fn.Return<CommitResult | "again", DestinationError> {
  const { commit, layout } = prepared
  /** The commit as one of the whole stream as it stands now. */
  const asItStands = Effect.gen(function* () {
    yield* checkOrg(writer.store, writer.settings)
    const table = yield* readStreamTable({ sql, ...writer }, layout.table, commit.stream)
    const committed = new Set((table.state?.details.segments ?? []).map((row) => String(row.id)))
    const work = (held: Commit): Work => {
      const base = baseOf(held, layout, table)
      return { writer, sql, orgId, prepared: { ...prepared, commit: held }, base, isPart: true }
    }
    const dropFiles = Effect.suspend(() => {
      const { files } = attempt
      attempt.files = null
      return files === null ? Effect.void : drop(work(commit), files)
    })
    return yield* Effect.gen(function* () {
      const held = yield* holdAgainst(commit, storedStream(table, publishedGeneration(table)), committed)
      if (held === "repeated") return yield* Effect.as(dropFiles, table.state?.checkpoint.rows ?? 0)
      const now = work(held)
      const refused = gone(commit, now, attempt.files)
      return refused === null ? now : yield* refused
    }).pipe(Effect.tapError(() => dropFiles))
  })
  const repeated = (rows: number): CommitResult => ({ ...noCounts, rows, schemaChanges: [] })

  if (attempt.files === null) {
    const work = yield* asItStands
    if (typeof work === "number") return repeated(work)
    attempt.files = yield* writePartFiles(work)
    if (attempt.files === null) return yield* stagedCommit(work)
  }
  const { files } = attempt
  const work = yield* asItStands
  if (typeof work === "number") return repeated(work)
  const joined = yield* joinTable(work, files)
  if (joined === "again") return joined
  if (joined !== "anew") return yield* Effect.as(forgetTombstones(files.merged), joined)
  yield* drop(work, files)
  attempt.files = null
  return "again"
})
