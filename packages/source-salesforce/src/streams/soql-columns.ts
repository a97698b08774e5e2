/**
 * The columns of a SOQL stream, from its select list: each item's header in the answer and its type.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm
 */
import type { Column, ScalarType } from "@decant/connector"
import type { FieldFunctionExpression, FieldType, Query } from "@jetstreamapp/soql-parser-js"
import { Result } from "effect"
import type { ObjectDescribe } from "../describe/describe-shape.ts"
import {
  fieldDescription,
  isBinary,
  isCompound,
  isList,
  listSource,
  type Numbers,
  scalarType
} from "../fields/column-type.ts"
import { findField, type Related } from "../fields/field-path.ts"

interface Reading {
  readonly describe: ObjectDescribe
  readonly related: Related
  readonly numbers: Numbers
  readonly aggregates: boolean
}

type Made = Result.Result<Column, string>

/** Parts of the org that a select list leads to. */
export const selectedPaths = ({ fields = [] }: Query): ReadonlyArray<string> =>
  fields.flatMap((field) => {
    if (field.type === "Field") return [field.field]
    if (field.type === "FieldRelationship") return [[...field.relationships, field.field].join(".")]
    return field.type === "FieldFunctionExpression" ? parameterOf(field) : []
  })

const parameterOf = ({ parameters = [] }: FieldFunctionExpression): ReadonlyArray<string> => {
  const [first] = parameters
  return typeof first === "string" ? [first] : []
}

const fieldColumn = (reading: Reading, path: string, alias: string | undefined): Made => {
  const found = findField(reading.describe, path, reading.related)
  if (typeof found === "string") return Result.fail(found)
  const { field } = found
  if (isCompound(field) || isBinary(field)) {
    return Result.fail(`${found.path} cannot be a column of a SOQL stream; name its parts.`)
  }
  // Groups are told by the field's own name, whatever parent it is of.
  const header = alias ?? (reading.aggregates ? (found.path.split(".").at(-1) ?? path) : found.path)
  const about = { name: header, label: field.label, describes: fieldDescription(field) }
  return Result.succeed(
    isList(field) && !reading.aggregates
      ? { ...about, type: { kind: "textList" }, from: listSource(header) }
      : { ...about, type: scalarType(field, reading.numbers), from: { header } }
  )
}

const wholeNumbers = /^(COUNT|COUNT_DISTINCT|CALENDAR_\w+|FISCAL_\w+|DAY_\w+|HOUR_\w+|WEEK_\w+|GROUPING)$/
const numbers = /^(SUM|AVG|convertCurrency)$/i

const functionType = (reading: Reading, item: FieldFunctionExpression): ScalarType => {
  const name = item.functionName ?? ""
  if (wholeNumbers.test(name.toUpperCase())) return { kind: "int64" }
  if (name.toUpperCase() === "DAY_ONLY") return { kind: "date" }
  if (numbers.test(name)) return { kind: "double" }
  const [path = ""] = parameterOf(item)
  const found = findField(reading.describe, path, reading.related)
  return /^(MIN|MAX)$/i.test(name) && typeof found !== "string"
    ? scalarType(found.field, reading.numbers)
    : { kind: "text" }
}

const functionColumn = (reading: Reading, item: FieldFunctionExpression, header: string): Column => ({
  name: header,
  label: item.rawValue ?? header,
  type: functionType(reading, item),
  from: { header }
})

const unsupported = (item: FieldType): string =>
  item.type === "FieldSubquery"
    ? "A subquery in the select list has rows of its own: make it a stream of its own."
    : "TYPEOF gives rows of different columns: name the fields, such as What.Name."

/** Columns in the order of the answer, or what is wrong with the select list. */
export const soqlColumns = (
  query: Query,
  of: Omit<Reading, "aggregates">
): Result.Result<ReadonlyArray<Column>, string> => {
  const reading = { ...of, aggregates: isAggregate(query) }
  let unnamed = 0
  const columnOf = (item: FieldType): Made => {
    if (item.type === "Field") return fieldColumn(reading, item.field, aliasOf(item))
    if (item.type === "FieldRelationship") {
      return fieldColumn(reading, [...item.relationships, item.field].join("."), aliasOf(item))
    }
    if (item.type !== "FieldFunctionExpression") return Result.fail(unsupported(item))
    if (/^FIELDS$/i.test(item.functionName ?? "")) return Result.fail("Name the fields instead of FIELDS().")
    const [path = ""] = parameterOf(item)
    const own = reading.aggregates ? `expr${unnamed}` : path
    if (item.alias === undefined && reading.aggregates) unnamed++
    return Result.succeed(functionColumn(reading, item, item.alias ?? own))
  }
  const columns: Array<Column> = []
  for (const item of query.fields ?? []) {
    const made = columnOf(item)
    if (Result.isFailure(made)) return Result.fail(made.failure)
    if (columns.some(({ name }) => name.toLowerCase() === made.success.name.toLowerCase())) {
      return Result.fail(`Two columns are called ${made.success.name}: give one of them an alias.`)
    }
    columns.push(made.success)
  }
  return Result.succeed(columns)
}

const aliasOf = (item: FieldType): string | undefined => ("alias" in item ? item.alias : undefined)

/** Groups instead of rows. */
const isAggregate = (query: Query): boolean =>
  query.groupBy !== undefined ||
  (query.fields ?? []).some((item) => item.type === "FieldFunctionExpression" && item.isAggregateFn === true)

/** Bulk reads plain fields only. */
export const isPlain = (query: Query): boolean =>
  !isAggregate(query) &&
  query.offset === undefined &&
  (query.fields ?? []).every(({ type }) => type === "Field" || type === "FieldRelationship")
