/** The tools that change records in Salesforce. They are there only with `--allow-writes`. */
import { Schema } from "effect"
import * as McpSchema from "effect/ai/McpSchema"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import { TheCaller } from "./caller.ts"
import { readsOrg, writes } from "./hints.ts"
import { answered, JsonAnswer, JsonObject } from "./limits.ts"
import { ToolFailure } from "./tool-failure.ts"

/** From so many deletions on somebody has to say that they are meant. */
export const deletesAtOnce = 5

const text = (description: string) => Schema.String.annotate({ description })
const object = text("API name of an object that may be changed")
const Values = Schema.Record(
  Schema.String,
  Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Null])
).annotate({ description: "Field → value; null empties it" })
const Confirm = Schema.optionalKey(
  Schema.Int.annotate({
    description: `The exact number of records that a person agreed to delete; needed above ${deletesAtOnce} where the client cannot ask the person itself`
  })
)
const Written = Schema.Struct({
  id: Schema.String,
  created: Schema.NullOr(Schema.Boolean),
  link: Schema.NullOr(Schema.String)
})
const common = { failure: ToolFailure, dependencies: [TheCaller] }
const asks = { failure: ToolFailure, dependencies: [TheCaller, McpSchema.McpServerClient] }
const logged =
  "It is logged with who asked, the values before and after. Ask the person first, showing what changes."

const createRecord = Tool.make("create_record", {
  description: `Creates one record in Salesforce. ${logged}`,
  parameters: Schema.Struct({ object, values: Values }),
  success: Written,
  ...common
}).annotateMerge(writes("Create a record", { destructive: false, idempotent: false }))

const updateRecord = Tool.make("update_record", {
  description: `Changes fields of one record in Salesforce. ${logged}`,
  parameters: Schema.Struct({ object, id: text("The record's Id"), values: Values }),
  success: Written,
  ...common
}).annotateMerge(writes("Change a record", { destructive: true, idempotent: true }))

const upsertRecord = Tool.make("upsert_record", {
  description: `Changes the record that has this value in an external Id field, or creates it. ${logged}`,
  parameters: Schema.Struct({
    object,
    externalIdField: text("A field that describe_object shows as externalId"),
    externalId: text("Its value"),
    values: Values
  }),
  success: Written,
  ...common
}).annotateMerge(writes("Upsert a record", { destructive: true, idempotent: true }))

const deleteRecords = Tool.make("delete_records", {
  description: `Deletes records of one object by their Ids; they stay in the recycle bin for a while. ${logged}`,
  parameters: Schema.Struct({
    object,
    ids: Schema.Array(Schema.String).check(Schema.isMinLength(1), Schema.isMaxLength(200)),
    confirm: Confirm
  }),
  success: Schema.Struct({
    deleted: Schema.Array(Schema.String),
    failed: Schema.Array(Schema.Struct({ id: Schema.String, reason: Schema.String }))
  }),
  ...asks
}).annotateMerge(writes("Delete records", { destructive: true, idempotent: true }))

const bulkLoad = Tool.make("bulk_load", {
  description: `Loads many records from CSV text: the header holds field names, each line a record. Column names are checked before anything is sent. Answers when it is done, or after 40 seconds with an id for bulk_load_status. ${logged}`,
  parameters: Schema.Struct({
    object,
    operation: Schema.Literals(["insert", "update", "upsert", "delete"]),
    csv: text("CSV with a header, UTF-8, comma"),
    externalIdField: Schema.optionalKey(text("For upsert: the field that identifies records")),
    confirm: Confirm
  }),
  success: Schema.Struct({ ...answered, load: JsonObject, failures: Schema.String }),
  ...asks
}).annotateMerge(writes("Bulk load", { destructive: true, idempotent: false }))

const bulkLoadStatus = Tool.make("bulk_load_status", {
  description: "How far a bulk load is; without id, the loads that there were.",
  parameters: Schema.Struct({ id: Schema.optionalKey(text("The load's id, or the id of one of its jobs")) }),
  success: Schema.Struct({ loads: Schema.Array(JsonObject) }),
  ...common
}).annotateMerge(readsOrg("Status of a bulk load"))

const restWrite = Tool.make("rest_write", {
  description: `A call of Salesforce's REST API that changes records: sobjects, composite, composite/batch, composite/tree, composite/graph and composite/sobjects. Every record in it must be of an object that may be changed. ${logged}`,
  parameters: Schema.Struct({
    method: Schema.Literals(["POST", "PATCH", "DELETE"]),
    path: text("Begins with /services/data/, no host"),
    body: Schema.optionalKey(JsonObject.annotate({ description: "The JSON body" })),
    confirm: Confirm
  }),
  success: Schema.Struct({ ...answered, status: Schema.Int, answer: JsonAnswer }),
  ...asks
}).annotateMerge(writes("REST write", { destructive: true, idempotent: false }))

export const WriteTools = Toolkit.make(
  createRecord,
  updateRecord,
  upsertRecord,
  deleteRecords,
  bulkLoad,
  bulkLoadStatus,
  restWrite
)
