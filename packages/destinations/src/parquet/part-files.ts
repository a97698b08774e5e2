/**
 * The files that a part's rows have become, before any log names them. They are written once: as one more file where
 * the rows are new, else merged with the stored files whose ranges of keys they meet, and with no others.
 */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { type Counts, noCounts } from "../duckdb-sql/apply.ts"
import { batchRows } from "../duckdb-sql/batches.ts"
import { applyWithoutRows, canAppendCommit, storedFiles, writeAppended } from "./append-commit.ts"
import type { Work } from "./base.ts"
import type { AddFile } from "./delta/actions.ts"
import type { TableColumn } from "./delta/table-schema.ts"
import { rowsIn } from "./outcome.ts"
import { type MergedKeys, mergePart } from "./part-merge.ts"
import { rewritesAll } from "./rewrite.ts"
import { withScratch } from "./scratch.ts"
import { keptBefore } from "./staged-commit.ts"
import { addedTo, pathsOf, type TableChange } from "./table-change.ts"

/** What the rows were held against besides files, so that it must be the same still. */
export interface Circumstances {
  readonly isHidden: boolean
  /** Those of the commit's segments that are stored. */
  readonly committed: ReadonlyArray<unknown>
}

export interface PartFiles {
  readonly table: TableChange
  /** Null where the commit writes no versions. */
  readonly history: TableChange | null
  readonly counts: Counts
  /** Null where all rows are new. */
  readonly merged: MergedKeys | null
  readonly circumstances: Circumstances
  readonly tombstones: string | null
  readonly erasures: number
  readonly begun: number
}

export const inScratch = <A>(
  { writer, sql, prepared }: Work,
  body: Effect.Effect<A, DestinationError>
): Effect.Effect<A, DestinationError> =>
  withScratch(sql, { folder: writer.folder, schema: prepared.layout.schema, bytes: 0 }, body)

export const circumstancesOf = ({ prepared, base }: Work): Circumstances => {
  const stored = new Set((base.table.state?.details.segments ?? []).map((row) => row.id))
  const committed = prepared.commit.segments.map(({ id }) => id).filter((id) => stored.has(id))
  return { isHidden: base.isHidden, committed }
}

/** Versions are written with a published table only. */
const writesHistory = ({ prepared, base }: Work): boolean =>
  prepared.layout.history !== null && !base.isHidden

/** Whether the commit changes nothing but rows of its own keys. */
export const standsApart = (work: Work): Effect.Effect<boolean, DestinationError> => {
  const { base, prepared, writer } = work
  const behind = writesHistory(work) && (base.history === null || !keptBefore(work))
  return behind || base.replaces
    ? Effect.succeed(false)
    : Effect.map(rewritesAll(writer.store, prepared.layout, base), (rewrites) => !rewrites)
}

/** Null when the whole of the table has to be looked at, so that files would be out of date with the next commit. */
export const writePartFiles = Effect.fnUntraced(function* (
  work: Work
): Effect.fn.Return<PartFiles | null, DestinationError> {
  const { base, prepared } = work
  if (!(yield* standsApart(work))) return null
  const details = base.table.state?.details
  const known = {
    circumstances: circumstancesOf(work),
    tombstones: details?.tombstones ?? null,
    erasures: details?.erasures ?? 0,
    begun: Date.now()
  }
  const appended = (columns: ReadonlyArray<TableColumn>, added: ReadonlyArray<AddFile>): PartFiles => ({
    ...known,
    table: addedTo(storedFiles(work), columns, added),
    history: writesHistory(work) ? addedTo(base.history?.files, [], []) : null,
    counts: base.isHidden ? noCounts : { ...noCounts, inserted: rowsIn(added) },
    merged: null
  })
  if (prepared.batches.every((batch) => batchRows(batch) === 0)) return appended([], [])
  if (canAppendCommit(work)) {
    const append = Effect.gen(function* () {
      const { columns } = yield* applyWithoutRows(work)
      const file = yield* writeAppended(work, columns)
      return file === null ? null : appended(columns, [file])
    })
    const made = yield* inScratch(work, append)
    if (made !== null) return made
  }
  const merged = yield* mergePart(work)
  return merged === null ? null : { ...known, ...merged }
})

/** Files that no log and no state has named, nor will. */
export const dropPartFiles = (
  { writer, base }: Pick<Work, "writer" | "base">,
  { table, history }: PartFiles
): Effect.Effect<void> => {
  const { folder, snapshot, state } = base.table
  const details = state?.details
  const hidden = pathsOf(details?.hidden?.files)
  const past = pathsOf(details?.history?.files)
  const named = (path: string) => snapshot.files.has(path) || snapshot.removed.has(path) || hidden.has(path)
  const unnamed = [
    ...table.added.filter(({ path }) => !named(path)).map(({ path }) => `${folder}/${decodeURI(path)}`),
    ...(history?.added ?? [])
      .filter(({ path }) => !past.has(path))
      .map(({ path }) => `${details?.history?.table}/${decodeURI(path)}`)
  ]
  return Effect.ignore(writer.store.remove(unnamed))
}
