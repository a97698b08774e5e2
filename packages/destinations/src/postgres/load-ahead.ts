/**
 * The files of a part are copied before the stream's lock is asked for, so that several processes copy into one table
 * at once. What is found out here holds for no longer than a moment: the commit looks again under the lock, copies
 * what is missing then, or merges where the table has been settled meanwhile.
 */
import { type Commit, inPhase } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { TableLayout } from "../table-layout.ts"
import { holdAgainst } from "../writer-conflict.ts"
import { hiddenOf } from "./hidden.ts"
import { type Files, loadSegments } from "./hidden-loads.ts"
import { planFor } from "./load-plan.ts"
import type { Sessions } from "./sessions.ts"
import type { Sql } from "./sql.ts"
import { checkOrg, committedSegments, readState } from "./state.ts"
import { tableTypes, takesRows } from "./target-table.ts"

interface LoadAhead {
  readonly sessions: Sessions
  readonly orgId: string
  readonly commit: Commit
  readonly layout: TableLayout
  readonly fileOf: Files["fileOf"]
  readonly loadedNul: Files["nul"]
}

/** True when the segments are in the table of their generation, to be accepted; a part that is too late fails here. */
export const loadAhead = Effect.fnUntraced(function* (
  sql: Sql,
  { sessions, orgId, commit, layout, fileOf, loadedNul }: LoadAhead
): Effect.fn.Return<boolean, DestinationError> {
  const { schema } = layout
  yield* checkOrg(sql, { location: sessions.location, schema, orgId })
  const state = yield* readState(sql, schema, commit.stream)
  const ids = commit.segments.map(({ id }) => id)
  const committed = yield* committedSegments(sql, schema, commit.stream, ids)
  if ((yield* holdAgainst(commit, state, committed)) === "repeated") return true
  const { generation } = commit.checkpoint
  const fresh = commit.segments.filter(({ id }) => !committed.has(id))
  if (state?.published === generation || planFor(layout, fresh) === null) return false
  const hidden = hiddenOf(layout, generation)
  const types = yield* tableTypes(sql, schema, hidden.name)
  if (types === null || !takesRows(layout, types)) return false
  return yield* loadSegments(sessions, hidden, fresh, { fileOf, nul: loadedNul }).pipe(inPhase("stage"))
})
