/**
 * While the table of a generation is open, files are copied into it on two connections, each time in a transaction
 * that notes what it copies, so that a killed load goes on where it stopped. Several writers may copy the same segment
 * at once, each with notes of its own, and none waits for another, which may hang: of the copies that are noted the
 * commit accepts one. The others are taken out before the table is settled.
 */
import type { Segment } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { batchesOf } from "../duckdb-sql/batches.ts"
import { identifier } from "../sql-text.ts"
import { asOfColumn } from "../table-layout.ts"
import type { NulCount } from "./copy-file.ts"
import { type Hidden, type OpenColumns, openColumns } from "./hidden.ts"
import { copiedOf, type Load, loadsOf, noteLoad } from "./load-notes.ts"
import { type LoadPlan, loadPlan } from "./load-plan.ts"
import { joinedList } from "./postgres-types.ts"
import { checkValues } from "./reduce.ts"
import type { Sessions } from "./sessions.ts"
import type { Sql } from "./sql.ts"
import { copyBatchOn, copyFile, copyOptions, dropStage, type FileOf, stageOf } from "./stage.ts"
import { transaction } from "./transaction.ts"
import { onTwoConnections } from "./two-connections.ts"

export interface Files {
  readonly fileOf: FileOf
  readonly nul: NulCount
}

const copyStraight = Effect.fnUntraced(function* (
  sql: Sql,
  hidden: Hidden,
  names: ReadonlyArray<string>,
  segment: Segment,
  { fileOf, nul }: Files
): Effect.fn.Return<void, DestinationError> {
  const columns = names.map(identifier)
  const statement = `COPY ${hidden.sql} (${columns.join(", ")}) ${copyOptions(columns)}`
  // Reading a number costs each row less than reading a time.
  const seconds = (Date.parse(segment.asOf) / 1000).toFixed(3)
  yield* sql.rows("SELECT set_config('decant.as_of', $1, true)", [seconds])
  for (const file of segment.files.filter(({ bytes, rows }) => bytes > 0 || rows > 0)) {
    yield* copyFile(sql, statement, file, fileOf, nul)
  }
})

const copyStaged = Effect.fnUntraced(function* (
  sql: Sql,
  hidden: Hidden,
  { computed, listTexts }: OpenColumns,
  segment: Segment,
  { fileOf, nul }: Files
): Effect.fn.Return<void, DestinationError> {
  const { layout } = hidden
  for (const batch of batchesOf([segment])) {
    const stage = stageOf(layout, batch)
    yield* copyBatchOn(sql, stage, fileOf, nul)
    yield* checkValues(sql, layout, stage)
    const filled = stage.columns.flatMap(({ name, column }) => {
      const listText = listTexts.get(name)
      if (listText !== undefined) return [{ name: listText, value: joinedList(name, column) }]
      return computed.has(name) ? [] : [{ name, value: identifier(name) }]
    })
    const names = [...filled.map(({ name }) => identifier(name)), asOfColumn].join(", ")
    const values = [...filled.map(({ value }) => value), asOfColumn].join(", ")
    yield* sql.run(`INSERT INTO ${hidden.sql} (${names}) SELECT ${values} FROM ${stage.typed} s`)
    yield* dropStage(sql, stage)
  }
})

/** Whether the server computes for this table what the plan wants computed. */
const suits = (plan: LoadPlan, { computed }: OpenColumns): boolean =>
  plan.computed.length === computed.size && plan.computed.every(({ name }) => computed.has(name))

/** With the lock that the settling waits for; a server that hears nothing between two statements gives it up. */
const openTable = (sql: Sql, hidden: Hidden) =>
  sql
    .refusedWith(
      `SET LOCAL idle_in_transaction_session_timeout = '10s'; LOCK TABLE ${hidden.sql} IN ROW EXCLUSIVE MODE`,
      ["42P01"]
    )
    .pipe(Effect.flatMap((refused) => (refused === null ? openColumns(sql, hidden) : Effect.succeed(null))))

/** In one transaction, together with the note that it is there; false when the table is not open. */
const loadOnce = (
  sql: Sql,
  hidden: Hidden,
  one: Load,
  files: Files,
  copy: (open: OpenColumns, files: Files) => Effect.Effect<void, DestinationError>
): Effect.Effect<boolean, DestinationError> => {
  const nul: NulCount = { removed: 0 }
  const load = Effect.gen(function* () {
    const open = yield* openTable(sql, hidden)
    if (open === null) return false
    yield* noteLoad(sql, hidden, one)
    yield* copy(open, { fileOf: files.fileOf, nul })
    return true
  })
  return Effect.tap(transaction(sql, load), () =>
    Effect.sync(() => {
      files.nul.removed += nul.removed
    })
  )
}

const loadOne = (sql: Sql, hidden: Hidden, one: Load, files: Files) => {
  const { segment } = one
  const plan = loadPlan(hidden.layout, segment.header)
  let wentStraight = false
  const staged = loadOnce(sql, hidden, one, files, (open, own) => copyStaged(sql, hidden, open, segment, own))
  const straight = loadOnce(sql, hidden, one, files, (open, own) => {
    wentStraight = plan?.columns != null && suits(plan, open)
    return wentStraight
      ? copyStraight(sql, hidden, plan?.columns ?? [], segment, own)
      : copyStaged(sql, hidden, open, segment, own)
  })
  return straight.pipe(
    // `42.0` is a whole number all the same; what is refused there too is said.
    Effect.catchIf(
      (failure) => wentStraight && failure.code === "SEGMENT_REFUSED",
      () => staged
    )
  )
}

/** Copies the segments of which there is no copy yet; false when the table is not open, or is gone. */
export const loadSegments = Effect.fnUntraced(function* (
  sessions: Sessions,
  hidden: Hidden,
  segments: ReadonlyArray<Segment>,
  files: Files
): Effect.fn.Return<boolean, DestinationError> {
  const ids = segments.map(({ id }) => id)
  const before = yield* sessions.use((sql) => copiedOf(sql, hidden, ids))
  const loads = loadsOf(segments.filter(({ id }) => !before.has(id)))
  let isOpen = true
  yield* onTwoConnections(sessions, loads, (sql, one) =>
    Effect.map(isOpen ? loadOne(sql, hidden, one, files) : Effect.succeed(false), (loaded) => {
      isOpen = isOpen && loaded
    })
  )
  return isOpen
})
