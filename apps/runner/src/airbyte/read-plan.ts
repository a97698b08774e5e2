/**
 * From the configured catalog and the state to plans. Airbyte takes whole records only: where some columns of all
 * rows would be read again, or all Ids be compared, the stream is read anew instead.
 */
import {
  ConnectorError,
  type Failure,
  type ReadyStream,
  type Source,
  type StreamCheckpoint,
  type StreamPlan
} from "@decant/connector"
import { Effect } from "effect"
import type { ConfiguredStream } from "./catalog.ts"
import type { Standings, StreamStanding } from "./state.ts"

export interface WantedStream {
  readonly name: string
  readonly generationId: number | null
  /** Where to go on; null for the beginning. */
  readonly from: StreamCheckpoint | null
  /** A full refresh that an earlier attempt has finished. */
  readonly isDone: boolean
}

export const wantedStream = (
  { stream, sync_mode, generation_id }: ConfiguredStream,
  standing: StreamStanding | undefined
): WantedStream => {
  const generationId = generation_id ?? null
  const from = standing?.checkpoint ?? null
  const wanted = { name: stream.name, generationId, from, isDone: false }
  if (sync_mode === "incremental" || from === null) return wanted
  const isSame = standing?.generationId === generationId
  if (from.work.length > 0) return { ...wanted, from: isSame ? from : null }
  return { ...wanted, from: null, isDone: isSame && generationId !== null }
}

/** A state of another org would leave rows out without a word. */
export const checkOrg = (
  file: string,
  orgId: string,
  standings: Standings
): Effect.Effect<void, ConnectorError> => {
  const other = [...standings.values()].find(
    (standing) => standing.orgId !== null && standing.orgId !== orgId
  )
  return other === undefined
    ? Effect.void
    : Effect.fail(ConnectorError.checkpointOtherOrg(file, other.orgId ?? "", orgId))
}

/** Rows, and the marker behind the parts of a window; columns, formulas and Ids are work that records cannot carry. */
const isInRecords = ({ checkpoint }: ReadyStream): boolean =>
  checkpoint.work.every(({ kind }) => kind === "rows" || kind === "deletes")

export const planWanted = Effect.fnUntraced(function* (
  source: Source,
  wanted: ReadonlyArray<WantedStream>
): Effect.fn.Return<ReadonlyArray<StreamPlan>, Failure> {
  const open = wanted.filter(({ isDone }) => !isDone)
  if (open.length === 0) return []
  const checkpoints = Object.fromEntries(
    open.flatMap(({ name, from }) => (from === null ? [] : [[name, from] as const]))
  )
  const plans = yield* source.plan({ checkpoints, only: open.map(({ name }) => name), fullRefresh: [] })
  const anew = plans.flatMap((plan) => (plan.status === "ready" && !isInRecords(plan) ? [plan.stream] : []))
  if (anew.length === 0) return plans
  const again = yield* source.plan({ checkpoints, only: anew, fullRefresh: anew })
  return [...plans.filter(({ stream }) => !anew.includes(stream)), ...again]
})
