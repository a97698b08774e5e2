/** What a client may ask of a query job, and what Bulk API 2.0 refuses of it. */
import { Effect, Schema } from "effect"
import type { Org } from "../org/org.ts"
import { badRequest, type SalesforceError } from "../server/salesforce-error.ts"
import { type Plan, planQuery } from "../soql/plan.ts"
import { isBulkObject } from "./unsupported-objects.ts"

export const DELIMITERS = {
  BACKQUOTE: "`",
  CARET: "^",
  COMMA: ",",
  PIPE: "|",
  SEMICOLON: ";",
  TAB: "\t"
} as const

export type Delimiter = keyof typeof DELIMITERS
export type LineEnding = "LF" | "CRLF"

const Body = Schema.Struct({
  operation: Schema.String,
  query: Schema.String,
  contentType: Schema.optionalKey(Schema.NullOr(Schema.String)),
  columnDelimiter: Schema.optionalKey(Schema.NullOr(Schema.String)),
  lineEnding: Schema.optionalKey(Schema.NullOr(Schema.String))
})

export interface QueryRequest {
  readonly operation: "query" | "queryAll"
  readonly query: string
  readonly columnDelimiter: Delimiter
  readonly lineEnding: LineEnding
}

const refused = (message: string) => badRequest("INVALIDJOB", message)

const isDelimiter = (name: string): name is Delimiter => Object.hasOwn(DELIMITERS, name)

export const delimiterOf = (name: string | null | undefined): Effect.Effect<Delimiter, SalesforceError> => {
  const delimiter = name ?? "COMMA"
  return isDelimiter(delimiter)
    ? Effect.succeed(delimiter)
    : Effect.fail(
        refused(`columnDelimiter must be one of ${Object.keys(DELIMITERS).join(", ")}: ${delimiter}`)
      )
}

export const lineEndingOf = (name: string | null | undefined): Effect.Effect<LineEnding, SalesforceError> => {
  const ending = name ?? "LF"
  return ending === "LF" || ending === "CRLF"
    ? Effect.succeed(ending)
    : Effect.fail(refused(`lineEnding must be LF or CRLF: ${ending}`))
}

export const decodeQueryRequest = Effect.fnUntraced(function* (body: unknown) {
  const { operation, query, contentType, columnDelimiter, lineEnding } = yield* Schema.decodeUnknownEffect(
    Body
  )(body, { errors: "all" }).pipe(Effect.mapError((cause) => refused(cause.message)))
  if (operation !== "query" && operation !== "queryAll") {
    return yield* refused(`operation must be query or queryAll: ${operation}`)
  }
  if (contentType !== undefined && contentType !== null && contentType !== "CSV") {
    return yield* refused(`contentType must be CSV: ${contentType}`)
  }
  const request: QueryRequest = {
    operation,
    query,
    columnDelimiter: yield* delimiterOf(columnDelimiter),
    lineEnding: yield* lineEndingOf(lineEnding)
  }
  return request
})

const notInBulk = (message: string) => badRequest("FUNCTIONALITY_NOT_ENABLED", message)

/** Plans the query, or refuses what REST would answer and Bulk does not. */
export const planBulk = Effect.fnUntraced(function* (
  org: Org["Service"],
  { operation, query }: QueryRequest,
  refusesOrderBy: boolean
) {
  const plan = yield* planQuery(org, query, { all: operation === "queryAll" })
  const refusal = refusalOf(plan, refusesOrderBy)
  if (refusal !== undefined) return yield* refusal
  return plan
})

function refusalOf(plan: Plan, refusesOrderBy: boolean): SalesforceError | undefined {
  const { name } = plan.object
  if (!isBulkObject(name)) return badRequest("INVALIDENTITY", `${name} is not supported by the Bulk API`)
  if (plan.kind !== "rows" || plan.grouped) {
    return notInBulk("Aggregate Relationships not supported in Bulk Query")
  }
  if (plan.children.length > 0) return notInBulk("Nested queries are not supported in Bulk Query")
  if (plan.columns.some(({ typeOf }) => typeOf !== undefined)) {
    return notInBulk("TYPEOF is not supported in Bulk Query")
  }
  if (plan.columns.some(({ type }) => type === "address" || type === "location")) {
    return notInBulk("Selecting compound data not supported in Bulk Query")
  }
  if (plan.columns.some(({ type }) => type === "base64")) {
    return notInBulk("Selecting binary data not supported in Bulk Query")
  }
  if (plan.offset > 0) return notInBulk("OFFSET is not supported in Bulk Query")
  if (refusesOrderBy && (plan.orderBy !== "" || plan.limit !== undefined)) {
    return notInBulk("ORDER BY and LIMIT are not supported in Bulk Query")
  }
  return undefined
}
