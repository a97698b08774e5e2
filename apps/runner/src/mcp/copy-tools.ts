/** The tools over the copy: what it holds, how fresh it is, whether it is right, what changed, and SQL. */
import { Schema } from "effect"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import { TheCaller } from "./caller.ts"
import { readsCopy, readsOrg, writes } from "./hints.ts"
import { answered, JsonObject } from "./limits.ts"
import { ToolFailure } from "./tool-failure.ts"

const text = (description: string) => Schema.String.annotate({ description })
const whole = (description: string) =>
  Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 })).annotate({ description })
const Cells = Schema.Array(Schema.Json)

const fieldSecurity =
  "The copy shows what the sync's own Salesforce user sees: it does not know Salesforce's field and record security of other users."

const Columns = Schema.Array(Schema.Struct({ name: Schema.String, type: Schema.String }))

const queryCopy = Tool.make("query_copy", {
  description: `Runs one read-only SELECT over the synced copy (DuckDB SQL; Postgres SQL where the copy is in Postgres). Best for counts, joins, sums and history, without API calls. First call list_tables for the names. Deleted records stay as rows with IsDeleted = true: the views named *_live leave them out. ${fieldSecurity}`,
  parameters: Schema.Struct({
    sql: text("One SELECT statement"),
    limit: Schema.optionalKey(whole("At most so many rows"))
  }),
  success: Schema.Struct({ ...answered, columns: Columns, rows: Schema.Array(Cells) }),
  failure: ToolFailure,
  dependencies: [TheCaller]
}).annotateMerge(readsCopy("SQL over the copy"))

const Field = Schema.Struct({
  name: Schema.String,
  type: Schema.String,
  label: Schema.NullOr(Schema.String)
})

const listTables = Tool.make("list_tables", {
  description: `Lists the tables and views of the synced copy that may be read; with \`table\`, its columns with Salesforce's labels. ${fieldSecurity}`,
  parameters: Schema.Struct({
    table: Schema.optionalKey(text("Name of one table, to see its columns"))
  }),
  success: Schema.Struct({
    tables: Schema.Array(
      Schema.Struct({
        name: Schema.String,
        schema: Schema.String,
        columnCount: Schema.Int,
        columns: Schema.Array(Field)
      })
    )
  }),
  failure: ToolFailure,
  dependencies: [TheCaller]
}).annotateMerge(readsCopy("Tables of the copy"))

const syncStatus = Tool.make("sync_status", {
  description:
    "How fresh the copy is: for each stream its rows and the time of the org's clock up to which everything is in, the last runs, changes of fields, and the last error. No API call.",
  parameters: Tool.EmptyParams,
  success: Schema.Struct({ status: JsonObject }),
  failure: ToolFailure,
  dependencies: [TheCaller]
}).annotateMerge(readsCopy("How fresh the copy is"))

const Streams = Schema.optionalKey(
  Schema.Array(Schema.String).annotate({ description: "Only these streams; all of them when absent" })
)

const verifyCopy = Tool.make("verify_copy", {
  description:
    "Proves the copy: compares it with Salesforce, by counts (quick, two API calls for each stream) or row by row (whole; for big tables this takes minutes and API calls). Changes nothing.",
  parameters: Schema.Struct({
    streams: Streams,
    whole: Schema.optionalKey(
      Schema.Boolean.annotate({ description: "Compare row by row, not only counts (false when absent)" })
    )
  }),
  success: Schema.Struct({ report: JsonObject }),
  failure: ToolFailure,
  dependencies: [TheCaller]
}).annotateMerge(readsOrg("Prove the copy"))

const Change = Schema.Struct({
  id: Schema.NullOr(Schema.String),
  name: Schema.NullOr(Schema.String),
  changedAt: Schema.NullOr(Schema.String),
  deleted: Schema.Boolean,
  link: Schema.NullOr(Schema.String)
})

const whatChanged = Tool.make("what_changed", {
  description:
    "What was created, changed or deleted since a time, by the copy as of its last sync: for each stream the number of rows and the newest of them. For what Salesforce shows this minute use soql_query with a filter on SystemModstamp.",
  parameters: Schema.Struct({
    since: text("ISO time with zone, such as 2026-11-21T00:00:00Z"),
    streams: Streams,
    limit: Schema.optionalKey(whole("Rows shown of each stream (10 when absent)"))
  }),
  success: Schema.Struct({
    ...answered,
    streams: Schema.Array(
      Schema.Struct({
        stream: Schema.String,
        upTo: Schema.NullOr(Schema.String).annotate({ description: "The copy knows nothing later" }),
        changed: Schema.Int,
        deleted: Schema.Int,
        newest: Schema.Array(Change)
      })
    ),
    notCovered: Schema.Array(Schema.String).annotate({
      description: "Streams that cannot be asked, and why"
    })
  }),
  failure: ToolFailure,
  dependencies: [TheCaller]
}).annotateMerge(readsCopy("What changed"))

const syncNow = Tool.make("sync_now", {
  description:
    "Brings the copy up to date with Salesforce now, as the schedule would. Uses API calls of the org. Changes the copy, never Salesforce. Says that another run is at it where there is one.",
  parameters: Schema.Struct({ streams: Streams }),
  success: Schema.Struct({ report: JsonObject }),
  failure: ToolFailure,
  dependencies: [TheCaller]
}).annotateMerge(writes("Sync now", { destructive: false, idempotent: true }))

export const CopyTools = Toolkit.make(queryCopy, listTables, syncStatus, verifyCopy, whatChanged)
export const SyncTools = Toolkit.make(syncNow)
