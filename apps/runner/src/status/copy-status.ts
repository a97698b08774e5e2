/**
 * How the copy stands, from what the destination itself holds: no credentials of the source, no call to it. The
 * age of a stream is the time since the org's clock that its cursor stands at.
 */
import type { Destination, RunReport, StreamCheckpoint } from "@decant/connector"
import { Effect, Option, Schema } from "effect"

const StoredReport = Schema.fromJsonString(
  Schema.Struct({
    runId: Schema.String,
    status: Schema.Literals(["ok", "partial", "failed", "paused", "interrupted"]),
    startedAt: Schema.String,
    finishedAt: Schema.String,
    apiCalls: Schema.Finite,
    streams: Schema.Array(
      Schema.Struct({
        stream: Schema.String,
        status: Schema.String,
        rows: Schema.Finite,
        schemaChanges: Schema.Array(Schema.String),
        error: Schema.NullOr(
          Schema.Struct({ code: Schema.String, message: Schema.String, fix: Schema.String })
        )
      })
    )
  })
)
type StoredReport = typeof StoredReport.Type
const decodeReport = Schema.decodeUnknownOption(StoredReport)

export interface StreamStatus {
  readonly stream: string
  readonly phase: StreamCheckpoint["phase"]
  readonly rows: number
  /** The org's clock up to which everything is in; null until the first reading is whole. */
  readonly cursor: string | null
  readonly updatedAt: string
  readonly ageSeconds: number | null
  /** Pieces of an unfinished reading that are in already; null when nothing is unfinished. */
  readonly unfinished: { readonly committed: number; readonly expected: number | null } | null
  readonly formulasRefreshedAt: string | null
  readonly reconciledAt: string | null
  readonly lastError: StoredReport["streams"][number]["error"]
}

interface Drift {
  readonly at: string
  readonly stream: string
  readonly change: string
}

export interface RunLine
  extends Pick<RunReport, "runId" | "status" | "startedAt" | "finishedAt" | "apiCalls"> {
  readonly rows: number
}

export interface CopyStatus {
  readonly name: string
  readonly location: string
  readonly orgId: string | null
  readonly streams: ReadonlyArray<StreamStatus>
  /** Newest first. */
  readonly runs: ReadonlyArray<RunLine>
  readonly drift: ReadonlyArray<Drift>
}

const runsShown = 10

const unfinishedOf = ({ work }: StreamCheckpoint): StreamStatus["unfinished"] => {
  if (work.length === 0) return null
  const expected = work.map((item) => item.segments.expected)
  return {
    committed: work.reduce((sum, item) => sum + item.segments.committed.length, 0),
    expected: expected.includes(null) ? null : expected.reduce((sum: number, count) => sum + (count ?? 0), 0)
  }
}

const storedReports = (destination: Destination) =>
  Effect.map(destination.runs(runsShown), (reports) =>
    reports.flatMap((report) => Option.toArray(decodeReport(report)))
  )

const errorOf = (reports: ReadonlyArray<StoredReport>, stream: string): StreamStatus["lastError"] =>
  reports.flatMap((report) => report.streams).find((one) => one.stream === stream)?.error ?? null

export const copyStatus = Effect.fnUntraced(function* (of: {
  readonly name: string
  readonly destination: Destination
  readonly now: number
}) {
  const { name, destination, now } = of
  const stored = yield* destination.checkpoints
  const reports = stored.orgId === null ? [] : yield* storedReports(destination)
  const streams = Object.entries(stored.streams)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([stream, checkpoint]): StreamStatus => {
      const upTo = checkpoint.cursor ?? (checkpoint.phase === "full" ? checkpoint.updatedAt : null)
      return {
        stream,
        phase: checkpoint.phase,
        rows: checkpoint.rows,
        cursor: checkpoint.cursor,
        updatedAt: checkpoint.updatedAt,
        ageSeconds: upTo === null ? null : Math.max(0, Math.round((now - Date.parse(upTo)) / 1000)),
        unfinished: unfinishedOf(checkpoint),
        formulasRefreshedAt: checkpoint.formulasRefreshedAt,
        reconciledAt: checkpoint.reconciledAt,
        lastError: errorOf(reports, stream)
      }
    })
  return {
    name,
    location: destination.location,
    orgId: stored.orgId,
    streams,
    runs: reports.map(({ runId, status, startedAt, finishedAt, apiCalls, streams: read }) => ({
      runId,
      status,
      startedAt,
      finishedAt,
      apiCalls,
      rows: read.reduce((sum, stream) => sum + stream.rows, 0)
    })),
    drift: reports.flatMap(({ finishedAt, streams: read }) =>
      read.flatMap(({ stream, schemaChanges }) =>
        schemaChanges.map((change) => ({ at: finishedAt, stream, change }))
      )
    )
  } satisfies CopyStatus
})
