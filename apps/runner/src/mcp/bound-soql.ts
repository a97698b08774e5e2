/** A SOQL statement out of conditions: names are checked, values bound by the type that describe gives their field. */
import {
  type ObjectDescribe,
  type Org,
  type OrgFailure,
  soql,
  soqlContains,
  soqlDate,
  soqlName
} from "@decant/org"
import { Effect } from "effect"
import type * as Tool from "effect/ai/Tool"
import type { Operator, OrgTools } from "./org-tools.ts"
import { ToolFailure } from "./tool-failure.ts"

type Wanted = Tool.Parameters<(typeof OrgTools)["tools"]["find_records"]>
type Condition = NonNullable<Wanted["where"]>[number]
type Scalar = string | number | boolean | null

const misuse = (message: string, fix = "describe_object shows the fields and their types."): ToolFailure =>
  ToolFailure.refused(message, fix)

const shownFirst = [
  "Id",
  "Name",
  "FirstName",
  "LastName",
  "Subject",
  "CaseNumber",
  "Email",
  "Phone",
  "StageName",
  "Amount",
  "CloseDate",
  "Status",
  "Industry",
  "Type",
  "AccountId",
  "OwnerId",
  "CreatedDate",
  "LastModifiedDate"
]

const fieldsOf = (wanted: Wanted, described: ObjectDescribe): ReadonlyArray<string> => {
  if (wanted.fields !== undefined && wanted.fields.length > 0) {
    return wanted.fields.some((field) => field.toLowerCase() === "id")
      ? wanted.fields
      : ["Id", ...wanted.fields]
  }
  const known = new Set(described.fields.map(({ name }) => name))
  return shownFirst.filter((field) => known.has(field))
}

const symbols: Readonly<Partial<Record<Operator, string>>> = {
  equals: "=",
  not_equals: "!=",
  less: "<",
  less_or_equal: "<=",
  greater: ">",
  greater_or_equal: ">="
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/

/** As a SOQL literal of the field's type; a parent's field goes by the value's looks. */
const literal = (value: Scalar, type: string | null): string => {
  if (typeof value !== "string") return soql`${value}`
  const isTime = instant.test(value) && !Number.isNaN(Date.parse(value))
  if (type === "datetime" || (type === null && isTime)) {
    if (isTime) return soql`${new Date(value)}`
    if (/^\d{4}-\d\d-\d\d$/.test(value)) return soql`${new Date(`${value}T00:00:00Z`)}`
    throw new RangeError(`${JSON.stringify(value)} is not a time such as 2026-11-21T10:00:00Z`)
  }
  if (type === "date") return soql`${soqlDate(value)}`
  if (type !== null && ["int", "double", "currency", "percent", "long"].includes(type)) {
    if (value.trim() === "") throw new RangeError("an empty text is not a number")
    return soql`${Number(value)}`
  }
  return soql`${value}`
}

const listed = (condition: Condition, type: string | null): string => {
  const values = Array.isArray(condition.value) ? condition.value : [condition.value]
  if (values.length === 0) throw new RangeError(`the list of ${condition.field} is empty`)
  return `(${values.map((value: Scalar) => literal(value, type)).join(", ")})`
}

const conditionText = (condition: Condition, described: ObjectDescribe): string => {
  const field = soqlName(condition.field)
  const known = described.fields.find(({ name }) => name.toLowerCase() === condition.field.toLowerCase())
  if (known === undefined && !condition.field.includes(".")) {
    throw new RangeError(`${described.name} has no field ${condition.field}`)
  }
  const { operator, value } = condition
  const type = known?.type ?? null
  if (operator === "in") return `${field.text} IN ${listed(condition, type)}`
  if (operator === "not_in") return `${field.text} NOT IN ${listed(condition, type)}`
  if (operator === "includes") return `${field.text} INCLUDES ${listed(condition, "picklist")}`
  if (Array.isArray(value)) throw new RangeError(`${operator} takes one value, not a list`)
  const single = value as Scalar
  if (operator === "contains") return soql`${field} LIKE ${soqlContains(String(single))}`
  if (operator === "starts_with") {
    // The pattern of `contains`, without its first wildcard.
    return `${field.text} LIKE '${soqlContains(String(single)).text.slice(2)}`
  }
  return `${field.text} ${symbols[operator]} ${literal(single, type)}`
}

const statement = (wanted: Wanted, described: ObjectDescribe, limit: number): string => {
  const fields = fieldsOf(wanted, described).map((field) => soqlName(field).text)
  const where = (wanted.where ?? []).map((condition) => conditionText(condition, described))
  const order =
    wanted.orderBy === undefined
      ? ""
      : ` ORDER BY ${soqlName(wanted.orderBy).text} ${wanted.descending === true ? "DESC" : "ASC"} NULLS LAST`
  const conditions = where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`
  return `SELECT ${fields.join(", ")} FROM ${soqlName(described.name).text}${conditions}${order} LIMIT ${limit}`
}

export const boundSoql = (
  org: Org,
  wanted: Wanted,
  limit: number
): Effect.Effect<string, OrgFailure | ToolFailure> =>
  Effect.flatMap(org.describe(wanted.object), (described) =>
    Effect.try({
      try: () => statement(wanted, described, limit),
      catch: (cause) =>
        misuse(`The question cannot be asked: ${cause instanceof Error ? cause.message : ""}.`)
    })
  )
