/** The tools that ask the org itself and change nothing. Each asks as the caller's Salesforce user. */
import { Schema } from "effect"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import { TheCaller } from "./caller.ts"
import { readsOrg } from "./hints.ts"
import { answered, JsonAnswer, JsonObject } from "./limits.ts"
import { ToolFailure } from "./tool-failure.ts"

const text = (description: string) => Schema.String.annotate({ description })
const flag = (description: string) => Schema.optionalKey(Schema.Boolean.annotate({ description }))
const Rows = Schema.optionalKey(
  Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 })).annotate({
    description: "At most so many records"
  })
)
const Records = Schema.Array(JsonObject)
const common = { failure: ToolFailure, dependencies: [TheCaller] }

const unmasked =
  "Answers come from Salesforce as its user sees them: the masks of the copy's spec do not apply."

const soqlQuery = Tool.make("soql_query", {
  description: `Runs one SOQL statement, passed to Salesforce as it is. For questions with values of your own (names, texts, dates) find_records is safer: it binds them. Newest first: ORDER BY CreatedDate DESC. ${unmasked}`,
  parameters: Schema.Struct({
    soql: text("One SOQL statement, e.g. SELECT Id, Name FROM Account ORDER BY CreatedDate DESC LIMIT 5"),
    limit: Rows,
    allRows: flag("Deleted and archived records too")
  }),
  success: Schema.Struct({ ...answered, totalSize: Schema.Int, records: Records }),
  ...common
}).annotateMerge(readsOrg("SOQL"))

const operators = [
  "equals",
  "not_equals",
  "contains",
  "starts_with",
  "less",
  "less_or_equal",
  "greater",
  "greater_or_equal",
  "in",
  "not_in",
  "includes"
] as const
export type Operator = (typeof operators)[number]

const Scalar = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Null])

const findRecords = Tool.make("find_records", {
  description: `Finds records of one object by conditions; values are bound and escaped. Examples: the last 5 accounts are {object: "Account", orderBy: "CreatedDate", descending: true, limit: 5}; contacts whose email contains @example.com are {object: "Contact", where: [{field: "Email", operator: "contains", value: "@example.com"}]}. ${unmasked}`,
  parameters: Schema.Struct({
    object: text("API name, e.g. Account"),
    fields: Schema.optionalKey(
      Schema.Array(Schema.String).annotate({
        description: "Fields, parents as Owner.Name; Id, the name and a few common ones when absent"
      })
    ),
    where: Schema.optionalKey(
      Schema.Array(
        Schema.Struct({
          field: text("Field, or a parent's as Account.Name"),
          operator: Schema.Literals(operators),
          value: Schema.Union([Scalar, Schema.Array(Scalar)]).annotate({
            description: "Dates as 2026-11-21, times as 2026-11-21T10:00:00Z; a list for in, not_in, includes"
          })
        })
      ).annotate({ description: "All of them must hold" })
    ),
    orderBy: Schema.optionalKey(Schema.String),
    descending: flag("Largest or newest first"),
    limit: Rows
  }),
  success: Schema.Struct({
    ...answered,
    soql: text("The statement that was asked"),
    records: Records
  }),
  ...common
}).annotateMerge(readsOrg("Find records"))

const soslSearch = Tool.make("sosl_search", {
  description: `Full-text search over several objects: \`term\` is looked for in the named objects (it is escaped), or a whole SOSL \`statement\` is passed as it is. ${unmasked}`,
  parameters: Schema.Struct({
    term: Schema.optionalKey(text("What to look for, at least two characters")),
    objects: Schema.optionalKey(Schema.Array(Schema.String)).annotate({
      description: "Where to look; Account, Contact, Lead and Opportunity when absent"
    }),
    statement: Schema.optionalKey(text("A whole SOSL statement in place of term and objects")),
    limit: Rows
  }),
  success: Schema.Struct({ ...answered, records: Records }),
  ...common
}).annotateMerge(readsOrg("SOSL"))

const listObjects = Tool.make("list_objects", {
  description: "Lists the org's objects: API name, label, key prefix, and what the user may do with them.",
  parameters: Schema.Struct({
    search: Schema.optionalKey(text("Only objects whose name or label contains this")),
    customOnly: flag("Only custom objects")
  }),
  success: Schema.Struct({ ...answered, objects: Schema.Array(JsonObject) }),
  ...common
}).annotateMerge(readsOrg("List objects"))

const describeObject = Tool.make("describe_object", {
  description:
    "The fields of one object with label, type, picklist values, what they refer to and help text, and its child relationships.",
  parameters: Schema.Struct({
    object: text("API name, e.g. Opportunity"),
    search: Schema.optionalKey(text("Only fields whose name or label contains this"))
  }),
  success: Schema.Struct({
    ...answered,
    object: JsonObject,
    fields: Schema.Array(JsonObject),
    children: Schema.Array(JsonObject)
  }),
  ...common
}).annotateMerge(readsOrg("Describe an object"))

const getRecord = Tool.make("get_record", {
  description: `The details of one record by its Id: each field with its label and value, names beside Ids of other records, and the link to its page. ${unmasked}`,
  parameters: Schema.Struct({
    id: text("The record's Id, 15 or 18 characters"),
    object: Schema.optionalKey(text("API name; found by the Id when absent")),
    fields: Schema.optionalKey(Schema.Array(Schema.String)).annotate({
      description: "Only these fields; all that have a value when absent"
    })
  }),
  success: Schema.Struct({
    ...answered,
    object: Schema.String,
    label: Schema.String,
    id: Schema.String,
    name: Schema.NullOr(Schema.String),
    link: Schema.NullOr(Schema.String),
    fields: Schema.Array(JsonObject)
  }),
  ...common
}).annotateMerge(readsOrg("Get a record"))

const restCall = Tool.make("rest_call", {
  description: `A GET of Salesforce's REST API, for what the other tools do not have: limits, recent items, layouts, record counts, deleted and updated Ids, reports, job states. Only such paths are allowed. ${unmasked}`,
  parameters: Schema.Struct({
    path: text("Begins with /services/data/, e.g. /services/data/v67.0/limits; no host")
  }),
  success: Schema.Struct({ ...answered, status: Schema.Int, answer: JsonAnswer }),
  ...common
}).annotateMerge(readsOrg("REST GET"))

const bulkQuery = Tool.make("bulk_query", {
  description: `Runs a SOQL statement as a Bulk API job, for many rows; answers with the number of rows and the first of them as CSV. It takes seconds at least: soql_query is better for small answers, query_copy for sums. ${unmasked}`,
  parameters: Schema.Struct({
    soql: text("One SOQL statement without aggregates or sub-selects"),
    limit: Rows,
    allRows: flag("Deleted and archived records too")
  }),
  success: Schema.Struct({
    ...answered,
    jobId: Schema.String,
    rows: Schema.Int.annotate({ description: "Of the whole answer" }),
    csv: Schema.String
  }),
  ...common
}).annotateMerge(readsOrg("Bulk query"))

export const OrgTools = Toolkit.make(
  soqlQuery,
  findRecords,
  soslSearch,
  listObjects,
  describeObject,
  getRecord,
  restCall,
  bulkQuery
)
