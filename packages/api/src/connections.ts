/** Connections: each is one spec file in the folder that is served, with its login and its last sync. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { FailureInfo, failures } from "./failures.ts"
import { RunSummary } from "./runs.ts"
import { SignedIn, WellFormed } from "./session.ts"

/** The name of the spec file without its ending. */
export const ConnectionId = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,100}$/, { expected: "the id of a connection" })
)

/** What a person calls a connection: one line. */
export const Title = Schema.String.check(
  Schema.isPattern(/^[^\p{Cc}\p{Cs}]{1,80}$/u, { expected: "a name of 1 to 80 characters in one line" })
)

export const Method = Schema.Literals([
  "oauth",
  "jwt-bearer",
  "client-credentials",
  "device",
  "sf-cli",
  "access-token"
])

const Org = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  kind: Schema.Literals(["production", "sandbox"]),
  user: Schema.String
})

export const Connection = Schema.Struct({
  id: ConnectionId,
  /** The spec file's name. */
  file: Schema.String,
  /** `name` in the spec; null when the spec cannot be read. */
  name: Schema.NullOr(Schema.String),
  /** What to show: `title` in the spec, else its name. */
  title: Schema.String,
  /**
   * `connected`: a login worked and nothing has refused it since · `disconnected`: no login yet, or it was ended ·
   * `attention`: somebody must act, `attention` says what to do.
   */
  state: Schema.Literals(["connected", "disconnected", "attention"]),
  attention: Schema.NullOr(FailureInfo),
  /** production, sandbox or a My Domain URL. */
  environment: Schema.NullOr(Schema.String),
  method: Schema.NullOr(Method),
  /** Known after the first login. */
  org: Schema.NullOr(Org),
  connectedAt: Schema.NullOr(Schema.String),
  destination: Schema.NullOr(
    Schema.Struct({
      type: Schema.Literals(["duckdb", "parquet", "postgres"]),
      /** Without any secret. */
      location: Schema.String
    })
  ),
  schedule: Schema.NullOr(
    Schema.Struct({
      cron: Schema.String,
      timezone: Schema.String,
      paused: Schema.Boolean,
      /** Null while paused. */
      nextAt: Schema.NullOr(Schema.String),
      /** A try after a failure, before `nextAt`. */
      retryAt: Schema.NullOr(Schema.String)
    })
  ),
  streams: Schema.Finite,
  /** The newest finished sync of this server. */
  lastSync: Schema.NullOr(RunSummary),
  /** When rows were last stored by anybody, as the checkpoint file says; null before that. */
  storedAt: Schema.NullOr(Schema.String),
  /** The run that is at it now. */
  running: Schema.NullOr(RunSummary)
})
export type Connection = typeof Connection.Type

const StreamStatus = Schema.Struct({
  stream: Schema.String,
  phase: Schema.String,
  rows: Schema.Finite,
  /** The org's clock up to which everything is in; null until the first reading is whole. */
  cursor: Schema.NullOr(Schema.String),
  ageSeconds: Schema.NullOr(Schema.Finite),
  unfinished: Schema.NullOr(
    Schema.Struct({ committed: Schema.Finite, expected: Schema.NullOr(Schema.Finite) })
  ),
  lastError: Schema.NullOr(Schema.Struct({ code: Schema.String, message: Schema.String, fix: Schema.String }))
})

export const CopyStatus = Schema.Struct({
  location: Schema.String,
  streams: Schema.Array(StreamStatus),
  drift: Schema.Array(Schema.Struct({ at: Schema.String, stream: Schema.String, change: Schema.String }))
})
export type CopyStatus = typeof CopyStatus.Type

/** Calls of 24 hours; `left` is what the spec's budget leaves of them. Null where the org does not say. */
export const Budget = Schema.NullOr(
  Schema.Struct({ used: Schema.Finite, max: Schema.Finite, left: Schema.Finite })
)
export type Budget = typeof Budget.Type

const params = { id: ConnectionId }

export const ConnectionsGroup = HttpApiGroup.make("connections")
  .add(
    HttpApiEndpoint.get("list", "/connections", { success: Schema.Array(Connection), error: failures }),
    HttpApiEndpoint.get("get", "/connections/:id", { params, success: Connection, error: failures }),
    /** Changes what it is called; tables, history and checkpoint stay. */
    HttpApiEndpoint.post("rename", "/connections/:id/rename", {
      params,
      payload: Schema.Struct({ title: Title }),
      success: Connection,
      error: failures
    }),
    /** Ends the login at Salesforce and forgets what was stored for it. The spec and the copy stay. */
    HttpApiEndpoint.post("disconnect", "/connections/:id/disconnect", {
      params,
      success: Connection,
      error: failures
    }),
    /** Takes the spec out of the list: its file is renamed to `<file>.removed`. The copy stays. */
    HttpApiEndpoint.delete("remove", "/connections/:id", {
      params,
      success: HttpApiSchema.NoContent,
      error: failures
    }),
    /** Runs that go on are not touched; kept over restarts. */
    HttpApiEndpoint.post("pause", "/connections/:id/pause", { params, success: Connection, error: failures }),
    HttpApiEndpoint.post("resume", "/connections/:id/resume", {
      params,
      success: Connection,
      error: failures
    }),
    /** How far each stream of the copy is. */
    HttpApiEndpoint.get("status", "/connections/:id/status", {
      params,
      success: CopyStatus,
      error: failures
    }),
    /** Asks the org for its API limits. */
    HttpApiEndpoint.get("budget", "/connections/:id/budget", { params, success: Budget, error: failures })
  )
  .middleware(SignedIn)
  .middleware(WellFormed)
