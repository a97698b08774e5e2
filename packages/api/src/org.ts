/** What the org behind a connection has and says: preflight, objects, fields, a filter, a few rows, the plan. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { Budget, ConnectionId } from "./connections.ts"
import { FailureInfo, failures } from "./failures.ts"
import { SignedIn, WellFormed } from "./session.ts"
import { DestinationChoice, ObjectStreamChoice } from "./spec.ts"

const Api = Schema.Literals(["bulk", "rest"])

export const CheckLine = Schema.Struct({
  /** E.g. `login`, `limits`, `Account`, `destination`. */
  name: Schema.String,
  status: Schema.Literals(["ok", "warn", "fail"]),
  detail: Schema.String,
  /** What to do about it; null when status is ok. */
  error: Schema.NullOr(FailureInfo)
})
export type CheckLine = typeof CheckLine.Type

/** `doing` says what is looked at now; `done` ends the stream. */
export const CheckEvent = Schema.Union([
  Schema.TaggedStruct("doing", { what: Schema.String }),
  Schema.TaggedStruct("line", { line: CheckLine }),
  Schema.TaggedStruct("done", { status: Schema.Literals(["ok", "warn", "fail"]) })
])
export type CheckEvent = typeof CheckEvent.Type

const object = {
  name: Schema.String,
  label: Schema.String,
  custom: Schema.Boolean,
  /** One of those that most teams want. */
  recommended: Schema.Boolean,
  /** Why it cannot be synced, or null. */
  unsupported: Schema.NullOr(Schema.String),
  /** What reads it when it is read whole. */
  api: Schema.NullOr(Api),
  note: Schema.NullOr(Schema.String),
  /** About how many. */
  rows: Schema.NullOr(Schema.Finite)
}

export const OrgObject = Schema.Struct({ ...object, fields: Schema.Finite })
export type OrgObject = typeof OrgObject.Type

export const OrgField = Schema.Struct({
  name: Schema.String,
  label: Schema.String,
  /** Salesforce's own type, e.g. picklist. */
  sourceType: Schema.String,
  /** The column's type; null when the field cannot be copied: `note` says why. */
  columnType: Schema.NullOr(Schema.String),
  custom: Schema.Boolean,
  formula: Schema.Boolean,
  /** Chosen by `fields: recommended`. */
  recommended: Schema.Boolean,
  /** Always read, whatever is chosen: Id, the cursor and the like. */
  required: Schema.Boolean,
  note: Schema.NullOr(Schema.String)
})
export type OrgField = typeof OrgField.Type

export const OrgObjectDetail = Schema.Struct({
  ...object,
  fields: Schema.Array(OrgField),
  /** Fields of this org that look like each role, the likeliest first. Of Account only; else empty. */
  roleSuggestions: Schema.Struct({
    logo: Schema.Array(Schema.String),
    reference: Schema.Array(Schema.String),
    marketingRights: Schema.Array(Schema.String)
  })
})
export type OrgObjectDetail = typeof OrgObjectDetail.Type

export const Table = Schema.Struct({
  columns: Schema.Array(Schema.Struct({ name: Schema.String, type: Schema.String })),
  /** Cells are JSON: large integers and decimals as text. */
  rows: Schema.Array(Schema.Array(Schema.Json)),
  truncated: Schema.Boolean
})
export type Table = typeof Table.Type

const StreamPlan = Schema.Struct({
  stream: Schema.String,
  status: Schema.Literals(["ready", "skipped", "failed"]),
  mode: Schema.NullOr(Schema.Literals(["backfill", "incremental", "full"])),
  /** Goes on with the job of an earlier run. */
  resumes: Schema.Boolean,
  window: Schema.Struct({ from: Schema.NullOr(Schema.String), to: Schema.NullOr(Schema.String) }),
  table: Schema.NullOr(Schema.String),
  api: Schema.NullOr(Api),
  rows: Schema.NullOr(Schema.Finite),
  apiCalls: Schema.NullOr(Schema.Finite),
  columns: Schema.Array(Schema.String),
  /** Columns that are read for all rows: new ones, and those that change without a stamp. */
  backfills: Schema.Array(Schema.String),
  refreshes: Schema.Array(Schema.String),
  warnings: Schema.Array(Schema.String),
  /** Why it is skipped. */
  reason: Schema.NullOr(Schema.String),
  error: Schema.NullOr(FailureInfo)
})

export const Plan = Schema.Struct({
  streams: Schema.Array(StreamPlan),
  apiCalls: Schema.Finite,
  budget: Budget
})
export type Plan = typeof Plan.Type

const params = { id: ConnectionId }
const objectParams = {
  id: ConnectionId,
  object: Schema.String.check(Schema.isPattern(/^[A-Za-z][A-Za-z0-9_]{0,79}$/))
}

export const OrgGroup = HttpApiGroup.make("org")
  .add(
    /** Preflight: each line as soon as it is known. */
    HttpApiEndpoint.get("check", "/connections/:id/check", {
      params,
      success: HttpApiSchema.StreamSse({ data: CheckEvent }),
      error: failures
    }),
    HttpApiEndpoint.get("objects", "/connections/:id/objects", {
      params,
      /** Kept for five minutes; `refresh=true` asks the org again. */
      query: { refresh: Schema.optionalKey(Schema.Literals(["true", "false"])) },
      success: Schema.Array(OrgObject),
      error: failures
    }),
    HttpApiEndpoint.get("object", "/connections/:id/objects/:object", {
      params: objectParams,
      success: OrgObjectDetail,
      error: failures
    }),
    /** How many rows a filter leaves; `Invalid` with what Salesforce says of it. */
    HttpApiEndpoint.post("where", "/connections/:id/where", {
      params,
      payload: Schema.Struct({ object: objectParams.object, where: Schema.String }),
      success: Schema.Struct({ rows: Schema.Finite }),
      error: failures
    }),
    /** The first ten rows as the stream would read them, straight from Salesforce. Masked values are not asked for. */
    HttpApiEndpoint.post("preview", "/connections/:id/preview", {
      params,
      payload: ObjectStreamChoice,
      success: Table,
      error: failures
    }),
    /** What the next sync would do, by the file or by a draft of it. */
    HttpApiEndpoint.post("plan", "/connections/:id/plan", {
      params,
      payload: Schema.Struct({ text: Schema.optionalKey(Schema.String) }),
      success: Plan,
      error: failures
    }),
    /** Whether the destination can be written to: the file's, or one that is not saved yet. */
    HttpApiEndpoint.post("testDestination", "/connections/:id/destination/test", {
      params,
      payload: Schema.Struct({ destination: Schema.optionalKey(DestinationChoice) }),
      success: CheckLine,
      error: failures
    })
  )
  .middleware(SignedIn)
  .middleware(WellFormed)
