/**
 * What a worker is asked to do, and what it answers. A run is begun by one task, which reads what is small at once
 * and names the streams that are read from their beginning; each of these is a task; one that is cut into parts
 * leaves them to tasks of their own and is then taken up again for what follows the rows.
 */
import { Disposition, type Failure, failureReport, timedPhases } from "@decant/connector"
import { Schema } from "effect"

const Count = Schema.Finite
const Text = Schema.String
const Texts = Schema.Array(Text)

export const FailureText = Schema.Struct({
  code: Text,
  message: Text,
  fix: Text,
  docs: Text,
  retryable: Schema.Boolean
})

export const StreamReportJson = Schema.Struct({
  stream: Text,
  status: Schema.Literals(["ok", "failed", "skipped", "paused"]),
  mode: Schema.NullOr(Schema.Literals(["backfill", "incremental", "full"])),
  api: Schema.NullOr(Schema.Literals(["bulk", "rest"])),
  read: Count,
  rows: Count,
  inserted: Count,
  updated: Count,
  deleted: Count,
  cursor: Schema.Struct({ from: Schema.NullOr(Text), to: Schema.NullOr(Text) }),
  bytes: Count,
  apiCalls: Count,
  durationMs: Count,
  timings: Schema.optionalKey(Schema.Record(Schema.Literals(timedPhases), Count)),
  schemaChanges: Texts,
  warnings: Texts,
  error: Schema.NullOr(FailureText)
})

/** What is asked of a run, whoever asks. */
const SyncRequest = Schema.Struct({ only: Texts, fullRefresh: Texts })

export const RunOfSpec = Schema.Struct({
  runId: Text,
  spec: Text,
  /** Of the file's text: a worker with another one leaves the task to others. */
  fingerprint: Text,
  request: SyncRequest
})
export type RunOfSpec = typeof RunOfSpec.Type

/** A stream that is read from its beginning; `anew` is the generation that it is to be read into when asked for anew. */
export const WholeStream = Schema.Struct({ stream: Text, anew: Schema.NullOr(Schema.Int) })
export type WholeStream = typeof WholeStream.Type

export const Task = Schema.Struct({
  run: RunOfSpec,
  what: Schema.Union([
    Schema.Struct({ kind: Schema.Literal("begin") }),
    Schema.Struct({
      kind: Schema.Literal("stream"),
      whole: WholeStream,
      round: Schema.Int,
      leavesParts: Schema.Boolean
    }),
    Schema.Struct({ kind: Schema.Literal("part"), stream: Text, part: Text, round: Schema.Int })
  ])
})
export type Task = typeof Task.Type

/** The same task has the same name, in any worker, at any attempt. */
export const taskName = ({ what }: Task): string => {
  switch (what.kind) {
    case "begin":
      return "begin"
    case "stream":
      return `${what.whole.stream}/${what.round}`
    case "part":
      return `${what.stream}/${what.round}/${what.part}`
  }
}

export const streamOfTask = ({ what }: Task): string | null => {
  switch (what.kind) {
    case "begin":
      return null
    case "stream":
      return what.whole.stream
    case "part":
      return what.stream
  }
}

const Usage = Schema.Struct({ apiCalls: Count, bytes: Count })

export const TaskResult = Schema.Struct({
  /** What it did to each stream; of a stream several tasks may say something. */
  streams: Schema.Array(StreamReportJson),
  /** What no single stream caused. */
  shared: Usage,
  dispositions: Schema.Array(Disposition),
  /** Streams that are still to be read from their beginning. */
  whole: Schema.Array(WholeStream),
  /** Ids of the parts that the stream was left in. */
  parts: Texts,
  /** What stopped the run as a whole. */
  failure: Schema.NullOr(FailureText)
})
export type TaskResult = typeof TaskResult.Type

export const emptyResult: TaskResult = {
  streams: [],
  shared: { apiCalls: 0, bytes: 0 },
  dispositions: [],
  whole: [],
  parts: [],
  failure: null
}

const failedStream = (stream: string, failure: Failure): (typeof StreamReportJson)["Type"] => ({
  stream,
  status: failure.disposition === "budget" ? "paused" : "failed",
  mode: null,
  api: null,
  read: 0,
  rows: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  cursor: { from: null, to: null },
  bytes: 0,
  apiCalls: 0,
  durationMs: 0,
  schemaChanges: [],
  warnings: [],
  error: failureReport(failure)
})

/** Of a task that could not be begun, or was given up: its stream failed, or the run, where it is about no stream. */
export const failedResult = (task: Task, failure: Failure): TaskResult => {
  const stream = streamOfTask(task)
  return {
    ...emptyResult,
    dispositions: [failure.disposition],
    ...(stream === null ? { failure: failureReport(failure) } : { streams: [failedStream(stream, failure)] })
  }
}
