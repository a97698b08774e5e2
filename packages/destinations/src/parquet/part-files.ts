/**
 * The files that a part's rows have become, before any log names them. They are written once, and join the table as
 * it is when the log takes them: what was proved of them against the table as it was is proved against what came since.
 */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { noCounts } from "../duckdb-sql/apply.ts"
import { batchRows } from "../duckdb-sql/batches.ts"
import { keysEqual, keyText } from "../duckdb-sql/stage.ts"
import { literal } from "../sql-text.ts"
import type { TableLayout } from "../table-layout.ts"
import { mayMeet } from "./append.ts"
import { applyWithoutRows, canAppendCommit, storedFiles, writeAppended } from "./append-commit.ts"
import type { Work } from "./base.ts"
import { rangeOf } from "./data-files.ts"
import type { AddFile } from "./delta/actions.ts"
import type { TableColumn } from "./delta/table-schema.ts"
import { finish, newTables, rowsIn } from "./outcome.ts"
import { rangeColumn } from "./parts-sql.ts"
import { rewritesAll } from "./rewrite.ts"
import { selectFiles, withScratch } from "./scratch.ts"
import { leftoverAge } from "./sweep.ts"

export interface PartFiles {
  readonly columns: ReadonlyArray<TableColumn>
  /** None when the part has no rows. */
  readonly added: ReadonlyArray<AddFile>
  readonly isHidden: boolean
  /** What the rows were held against. */
  readonly against: {
    readonly paths: ReadonlySet<string>
    readonly tombstones: string | null
    readonly committed: string
    readonly erasures: number
  }
  readonly begun: number
}

const pathOf = ({ path }: AddFile): string => path

/** Those of the commit's segments that are stored. */
const committedOf = ({ prepared, base }: Work): string => {
  const stored = new Set((base.table.state?.details.segments ?? []).map((row) => row.id))
  return JSON.stringify(prepared.commit.segments.map(({ id }) => id).filter((id) => stored.has(id)))
}

const againstOf = (work: Work): PartFiles["against"] => {
  const details = work.base.table.state?.details
  return {
    paths: new Set(storedFiles(work).map(pathOf)),
    tombstones: details?.tombstones ?? null,
    committed: committedOf(work),
    erasures: details?.erasures ?? 0
  }
}

const inScratch = <A>(
  { writer, sql, prepared }: Work,
  body: Effect.Effect<A, DestinationError>
): Effect.Effect<A, DestinationError> =>
  withScratch(sql, { folder: writer.folder, schema: prepared.layout.schema, bytes: 0 }, body)

const withoutRows = ({ prepared }: Work): boolean => prepared.batches.every((batch) => batchRows(batch) === 0)

/** Null when the rows may meet stored ones, so that they have to be merged with them. */
export const writePartFiles = Effect.fnUntraced(function* (
  work: Work
): Effect.fn.Return<PartFiles | null, DestinationError> {
  const begun = Date.now()
  if (yield* rewritesAll(work.writer.store, work.prepared.layout, work.base)) return null
  const isEmpty = withoutRows(work)
  if (!isEmpty && !canAppendCommit(work)) return null
  const made = (columns: ReadonlyArray<TableColumn>, added: ReadonlyArray<AddFile>): PartFiles => ({
    columns,
    added,
    isHidden: work.base.isHidden,
    against: againstOf(work),
    begun
  })
  if (isEmpty) return made([], [])
  return yield* inScratch(
    work,
    Effect.gen(function* () {
      const { columns } = yield* applyWithoutRows(work)
      const file = yield* writeAppended(work, columns)
      return file === null ? null : made(columns, [file])
    })
  )
})

const holds = (columns: ReadonlyArray<TableColumn>, own: ReadonlyArray<TableColumn>): boolean => {
  const types = new Map(columns.map(({ name, type }) => [name, type]))
  return own.every(({ name, type }) => types.get(name) === type)
}

/** Whether the keys are in none of the files that came since, and were not removed since. */
const stillNew = Effect.fnUntraced(function* (
  { writer, sql, base, prepared }: Work,
  { added, against, columns }: PartFiles,
  stored: ReadonlyArray<AddFile>
): Effect.fn.Return<boolean, DestinationError> {
  const { key } = prepared.layout
  if (key === null || added.length === 0) return true
  const { store } = writer
  const column = rangeColumn(prepared.layout)
  const ranges = added.map(({ stats }) => rangeOf(stats, column))
  const near = stored.filter(
    (add) =>
      !against.paths.has(add.path) && ranges.some((range) => mayMeet(rangeOf(add.stats, column), range))
  )
  const tombstones = base.table.state?.details.tombstones ?? null
  if (near.length === 0 && tombstones === against.tombstones) return true
  const keys = columns.filter(({ name }) => key.some((item) => item.name === name))
  const readable = (files: ReadonlyArray<AddFile>) =>
    Effect.map(
      store.readable(files.map(({ path }) => `${base.table.folder}/${decodeURI(path)}`)),
      (paths) => `(${selectFiles(keys, paths)})`
    )
  const own = yield* readable(added)
  if (near.length > 0) {
    const others = yield* readable(near)
    const met = `SELECT 1 FROM ${others} o SEMI JOIN ${own} n ON ${keysEqual(key, "o", "n")} LIMIT 1`
    if ((yield* sql.rows(met)).length > 0) return false
  }
  return (yield* sql.rows(buried(prepared.layout, key, own))).length === 0
})

const buried = (
  { stream }: TableLayout,
  key: NonNullable<TableLayout["key"]>,
  own: string
): string => `SELECT 1 FROM (SELECT key FROM target._decant.tombstones WHERE stream = ${literal(stream)}) d
  SEMI JOIN ${own} n ON d.key = ${keyText(key, "n")} LIMIT 1`

/** A file that has lain so long might be taken for what a dead writer has left. */
const tooOld = ({ begun }: PartFiles): boolean => Date.now() - begun > leftoverAge / 2

/** Whether the files can be of the table as it is now, and nobody has written of the part meanwhile. */
const fits = Effect.fnUntraced(function* (
  work: Work,
  made: PartFiles
): Effect.fn.Return<boolean, DestinationError> {
  const { base, prepared, writer } = work
  if (base.isHidden !== made.isHidden || committedOf(work) !== made.against.committed || tooOld(made)) {
    return false
  }
  return !(yield* rewritesAll(writer.store, prepared.layout, base))
})

/** Makes the files part of the table as `work` has it; "anew" when they have to be written again for it. */
export const joinTable = Effect.fnUntraced(function* (work: Work, made: PartFiles) {
  if (!(yield* fits(work, made))) return "anew" as const
  const body = Effect.gen(function* () {
    const { value, columns } = yield* applyWithoutRows(work)
    const stored = storedFiles(work)
    const joins = holds(columns, made.columns) && (yield* stillNew(work, made, stored))
    if (!joins) return "anew" as const
    const tables = newTables(work, columns, [...stored, ...made.added])
    return yield* finish(work, tables, { ...value, ...noCounts }, rowsIn(made.added))
  })
  return yield* inScratch(work, body)
})

/** Files that no log and no state has named, nor will. */
export const dropPartFiles = (
  { writer, base }: Pick<Work, "writer" | "base">,
  { added }: PartFiles
): Effect.Effect<void> => {
  const { folder, snapshot, state } = base.table
  const hidden = new Set((state?.details.hidden?.files ?? []).map(pathOf))
  const named = (path: string) => snapshot.files.has(path) || snapshot.removed.has(path) || hidden.has(path)
  const unnamed = added.map(pathOf).filter((path) => !named(path))
  return Effect.ignore(writer.store.remove(unnamed.map((path) => `${folder}/${decodeURI(path)}`)))
}
