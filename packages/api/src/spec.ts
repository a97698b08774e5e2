/**
 * The spec file of a connection: its text as it stands on disk, and what it says. The file is the truth: a change
 * names the version that it was made on, and is refused when the file has changed meanwhile.
 *
 * Not to be changed here, for a page must not be able to: who logs in where (Connect does that), commands and
 * alerts, `file:` references, variables, paths outside the spec's folder.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { ConnectionId, Method, Title } from "./connections.ts"
import { failures } from "./failures.ts"
import { SignedIn, WellFormed } from "./session.ts"

export const SpecProblem = Schema.Struct({
  /** From 1; null when it is about the whole file. */
  line: Schema.NullOr(Schema.Finite),
  /** E.g. `source.streams[0].where`. */
  path: Schema.String,
  message: Schema.String
})
export type SpecProblem = typeof SpecProblem.Type

const Mask = Schema.Record(Schema.String, Schema.Literals(["hmac", "drop"]))
const FieldChoice = Schema.Union([Schema.Literals(["recommended", "all"]), Schema.Array(Schema.String)])

export const RoleFields = Schema.Struct({
  logo: Schema.optionalKey(Schema.String),
  reference: Schema.optionalKey(Schema.String),
  marketingRights: Schema.optionalKey(Schema.String)
})
export type RoleFields = typeof RoleFields.Type

/** A stream as the file has it; what is absent has its default. */
export const ObjectStreamChoice = Schema.Struct({
  object: Schema.String,
  name: Schema.optionalKey(Schema.String),
  fields: Schema.optionalKey(FieldChoice),
  roles: Schema.optionalKey(RoleFields),
  substitute: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  mask: Schema.optionalKey(Mask),
  where: Schema.optionalKey(Schema.String),
  history: Schema.optionalKey(Schema.Boolean),
  refreshFields: Schema.optionalKey(Schema.Array(Schema.String)),
  onMissing: Schema.optionalKey(Schema.Literals(["delete", "keep"]))
})
export type ObjectStreamChoice = typeof ObjectStreamChoice.Type

const SoqlStreamChoice = Schema.Struct({
  name: Schema.String,
  soql: Schema.String,
  primaryKey: Schema.optionalKey(Schema.String),
  mask: Schema.optionalKey(Mask)
})
export const StreamChoice = Schema.Union([ObjectStreamChoice, SoqlStreamChoice])
export type StreamChoice = typeof StreamChoice.Type

const everyDestination = {
  schema: Schema.optionalKey(Schema.String),
  deletes: Schema.optionalKey(
    Schema.Struct({
      soft: Schema.optionalKey(Schema.Literals(["mark", "remove"])),
      hard: Schema.optionalKey(Schema.Literals(["mark", "remove"]))
    })
  ),
  naming: Schema.optionalKey(Schema.Literals(["preserve", "snake_case"])),
  numbers: Schema.optionalKey(Schema.Literals(["double", "decimal"]))
}

/** Where the copy goes. A new path is relative to the spec's folder and stays inside it; s3:// stands in files only. */
export const DestinationChoice = Schema.Union([
  Schema.Struct({ type: Schema.Literal("duckdb"), path: Schema.String, ...everyDestination }),
  Schema.Struct({ type: Schema.Literal("parquet"), path: Schema.String, ...everyDestination }),
  Schema.Struct({
    type: Schema.Literal("postgres"),
    /** Goes in and never comes out; without it the stored one stays. */
    url: Schema.optionalKey(Schema.String),
    /** Of a role that may only SELECT, for the Data page. */
    queryUrl: Schema.optionalKey(Schema.String),
    ...everyDestination
  })
])
export type DestinationChoice = typeof DestinationChoice.Type

const ScheduleChoice = Schema.Struct({
  cron: Schema.String,
  timezone: Schema.optionalKey(Schema.String),
  jitter: Schema.optionalKey(Schema.String),
  catchUp: Schema.optionalKey(Schema.Literals(["skip", "once"]))
})

/** What the file says, as far as pages show it. No secret is in it. */
export const SpecView = Schema.Struct({
  name: Schema.String,
  title: Schema.NullOr(Schema.String),
  environment: Schema.String,
  method: Method,
  defaultFields: FieldChoice,
  exclude: Schema.Array(Schema.String),
  streams: Schema.Array(StreamChoice),
  destination: DestinationChoice,
  /** Which secrets of the destination are set. */
  destinationSecrets: Schema.Array(Schema.Literals(["url", "queryUrl"])),
  schedule: Schema.NullOr(ScheduleChoice)
})
export type SpecView = typeof SpecView.Type

export const SpecFile = Schema.Struct({
  /** As it stands on disk, but for secrets that are written out: they show as `"********"`, which may be sent back. */
  text: Schema.String,
  /** Names these bytes; also sent as ETag. */
  version: Schema.String,
  /** Empty when the file can be used. */
  problems: Schema.Array(SpecProblem),
  warnings: Schema.Array(Schema.String),
  /** Null when there are problems. */
  view: Schema.NullOr(SpecView)
})
export type SpecFile = typeof SpecFile.Type

/** What to change; what is absent stays, comments and all. Null takes the key out of the file. */
export const SpecChange = Schema.Struct({
  title: Schema.optionalKey(Title),
  /** The whole list, in its order. Streams that are the same as in the file keep their lines. */
  streams: Schema.optionalKey(Schema.NonEmptyArray(StreamChoice)),
  destination: Schema.optionalKey(DestinationChoice),
  schedule: Schema.optionalKey(Schema.NullOr(ScheduleChoice))
})
export type SpecChange = typeof SpecChange.Type

const params = { id: ConnectionId }

/** `Conflict` with code SPEC_CHANGED: the file is not at `version` any more; get it again. */
export const SpecGroup = HttpApiGroup.make("spec")
  .add(
    HttpApiEndpoint.get("get", "/connections/:id/spec", { params, success: SpecFile, error: failures }),
    /** Saves the text. One with problems is not saved: the answer says them, with the version as it was. */
    HttpApiEndpoint.put("put", "/connections/:id/spec", {
      params,
      payload: Schema.Struct({ text: Schema.String, version: Schema.String }),
      success: SpecFile,
      error: failures
    }),
    /** What is wrong with a text; saves nothing. */
    HttpApiEndpoint.post("check", "/connections/:id/spec/check", {
      params,
      payload: Schema.Struct({ text: Schema.String }),
      success: SpecFile,
      error: failures
    }),
    /**
     * Makes the change in `text`, or in the file where no text is given. With `save` it is written (on `version`),
     * else the answer is a draft to show, and to send to `plan`.
     */
    HttpApiEndpoint.post("change", "/connections/:id/spec/change", {
      params,
      payload: Schema.Struct({
        version: Schema.String,
        text: Schema.optionalKey(Schema.String),
        change: SpecChange,
        save: Schema.Boolean
      }),
      success: SpecFile,
      error: failures
    })
  )
  .middleware(SignedIn)
  .middleware(WellFormed)
