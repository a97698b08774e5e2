/**
 * FIELDS(ALL | CUSTOM | STANDARD) in a SELECT list, written out.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_fields.htm
 */
import type { FieldType as ParsedField, Query, Subquery } from "@jetstreamapp/soql-parser-js"
import type { SObject } from "../org/field.ts"
import { malformed } from "./refusal.ts"

const mostRows = 200

/** Whether the query's conditions name at most 200 records by Id, which bounds it as a LIMIT does. */
const namesFewRecords = ({ where }: Query | Subquery): boolean => {
  const left = where?.left
  if (left === undefined || left === null || !("field" in left) || left.field?.toLowerCase() !== "id") {
    return false
  }
  if (!("value" in left) || (left.operator !== "=" && left.operator !== "IN")) return false
  return !Array.isArray(left.value) || left.value.length <= mostRows
}

const chosen = (object: SObject, which: string): ReadonlyArray<ParsedField> =>
  object.fields
    .filter((field) => which === "ALL" || field.custom === (which === "CUSTOM"))
    .map((field) => ({ type: "Field", field: field.name }))

/** The SELECT list with every FIELDS() replaced by the fields it stands for. */
export const expandFields = (object: SObject, query: Query | Subquery): ReadonlyArray<ParsedField> => {
  const fields = (query.fields ?? []).flatMap((field) => {
    if (field.type !== "FieldFunctionExpression" || field.functionName.toUpperCase() !== "FIELDS")
      return [field]
    const which = String(field.parameters[0] ?? "").toUpperCase()
    const bounded = (query.limit ?? Number.POSITIVE_INFINITY) <= mostRows || namesFewRecords(query)
    if (which !== "STANDARD" && !bounded) {
      throw malformed(`The SOQL FIELDS function must have a LIMIT of at most ${mostRows}`)
    }
    return chosen(object, which)
  })
  if (fields.length === 0) {
    throw malformed("'FIELDS(...)' expansion function must result in at least one field being selected.")
  }
  return fields
}
