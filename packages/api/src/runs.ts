/** Runs: syncs by schedule or by hand; what they do now and what they did. */
import { Schema } from "effect"
import { Sse } from "effect/encoding"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { FailureInfo, failures } from "./failures.ts"
import { SignedIn, WellFormed } from "./session.ts"

export const RunState = Schema.Literals([
  /** Waits for its turn. */
  "queued",
  "running",
  /** Every stream is in. */
  "ok",
  /** Some streams failed; the others are in. */
  "partial",
  "failed",
  /** For API budget; a later run goes on. */
  "paused",
  /** By a person or the end of the server; the next run goes on. */
  "interrupted",
  /** Another process was at it. */
  "skipped",
  /** The server ended in the middle of it without a word; the next run goes on. */
  "lost"
])
export type RunState = typeof RunState.Type

export const RunSummary = Schema.Struct({
  id: Schema.String,
  connection: Schema.String,
  /** `catch-up`: its time was missed. `retry`: the run before it failed in a way that may pass. */
  trigger: Schema.Literals(["schedule", "catch-up", "retry", "person"]),
  /** 1, or more for a retry. */
  attempt: Schema.Finite,
  state: RunState,
  queuedAt: Schema.String,
  startedAt: Schema.NullOr(Schema.String),
  finishedAt: Schema.NullOr(Schema.String),
  durationMs: Schema.NullOr(Schema.Finite),
  rows: Schema.Finite,
  bytes: Schema.Finite,
  apiCalls: Schema.Finite,
  /** What stopped it, or the first stream's error. */
  error: Schema.NullOr(FailureInfo)
})
export type RunSummary = typeof RunSummary.Type

/** A stream of a run, while it runs and afterwards. */
export const RunStream = Schema.Struct({
  stream: Schema.String,
  state: Schema.Literals(["waiting", "running", "ok", "failed", "skipped", "stopped"]),
  phase: Schema.NullOr(Schema.Literals(["describe", "job", "download", "load", "verify"])),
  mode: Schema.NullOr(Schema.Literals(["backfill", "incremental", "full"])),
  api: Schema.NullOr(Schema.Literals(["bulk", "rest"])),
  /** Rows received so far. */
  read: Schema.Finite,
  /** Rows to expect, where known. */
  total: Schema.NullOr(Schema.Finite),
  bytes: Schema.Finite,
  inserted: Schema.Finite,
  updated: Schema.Finite,
  deleted: Schema.Finite,
  apiCalls: Schema.Finite,
  /** Null before it begins. */
  startedAt: Schema.NullOr(Schema.String),
  durationMs: Schema.NullOr(Schema.Finite),
  schemaChanges: Schema.Array(Schema.String),
  warnings: Schema.Array(Schema.String),
  error: Schema.NullOr(FailureInfo),
  /** In a few words: what became of it. */
  detail: Schema.NullOr(Schema.String)
})
export type RunStream = typeof RunStream.Type

export const Run = Schema.Struct({ ...RunSummary.fields, streams: Schema.Array(RunStream) })
export type Run = typeof Run.Type

export const LogLine = Schema.Struct({
  at: Schema.String,
  level: Schema.Literals(["info", "warn", "error"]),
  text: Schema.String
})
export type LogLine = typeof LogLine.Type

/**
 * The whole run first, then what changes; `ended` is the last. Whoever comes back after a break gets the whole run
 * again, so nothing is lost by a reload.
 */
export const RunEvent = Schema.Union([
  Schema.TaggedStruct("run", { run: Run }),
  /** The run began, or counted on; its streams are told one by one. */
  Schema.TaggedStruct("summary", { run: RunSummary }),
  Schema.TaggedStruct("stream", { stream: RunStream }),
  Schema.TaggedStruct("log", { line: LogLine }),
  Schema.TaggedStruct("ended", { run: Run })
])
export type RunEvent = typeof RunEvent.Type

/** Something changed that a list may show: get it again. */
export const ServerEvent = Schema.Union([
  Schema.TaggedStruct("hello", { version: Schema.String }),
  /** A spec file appeared, changed or went, by whomever. */
  Schema.TaggedStruct("connection", { connection: Schema.String }),
  Schema.TaggedStruct("run", { run: RunSummary })
])
export type ServerEvent = typeof ServerEvent.Type

/** Events with an id: a browser's EventSource sends the last one back as Last-Event-ID when it connects again. */
const sse = <S extends Schema.Top>(data: S) =>
  HttpApiSchema.StreamSse({
    events: Schema.Struct({ ...Sse.EventEncoded.fields, data: Schema.fromJsonString(data) })
  })

const params = { run: Schema.String.check(Schema.isPattern(/^[A-Za-z0-9-]{1,64}$/)) }

export const RunsGroup = HttpApiGroup.make("runs")
  .add(
    /** Newest first. */
    HttpApiEndpoint.get("list", "/runs", {
      query: {
        connection: Schema.optionalKey(Schema.String),
        /** Those that began before this run. */
        before: Schema.optionalKey(Schema.String),
        limit: Schema.optionalKey(
          Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 500 }))
        )
      },
      success: Schema.Array(RunSummary),
      error: failures
    }),
    /** `Conflict` with code RUN_LOCKED while another run of the connection is at it. */
    HttpApiEndpoint.post("start", "/runs", {
      payload: Schema.Struct({
        connection: Schema.String,
        /** Only these streams; all when absent. */
        streams: Schema.optionalKey(Schema.Array(Schema.String)),
        /** To read again from the beginning. */
        fullRefresh: Schema.optionalKey(Schema.Array(Schema.String))
      }),
      success: RunSummary,
      error: failures
    }),
    HttpApiEndpoint.get("get", "/runs/:run", { params, success: Run, error: failures }),
    HttpApiEndpoint.get("events", "/runs/:run/events", { params, success: sse(RunEvent), error: failures }),
    HttpApiEndpoint.get("log", "/runs/:run/log", {
      params,
      success: Schema.Array(LogLine),
      error: failures
    }),
    /** What is committed stays; the next run goes on. */
    HttpApiEndpoint.post("cancel", "/runs/:run/cancel", { params, success: RunSummary, error: failures }),
    HttpApiEndpoint.get("serverEvents", "/events", { success: sse(ServerEvent) })
  )
  .middleware(SignedIn)
  .middleware(WellFormed)
