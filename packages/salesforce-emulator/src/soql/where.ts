/**
 * Conditions as SQL. SOQL knows only true and false: a comparison with a missing value is false, `!=` and NOT of it
 * are true. Text compares without regard to case.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm
 */
import type { Query } from "@jetstreamapp/soql-parser-js"
import { type FieldType, isCompound, isTextType } from "../org/field.ts"
import { literal } from "../org/store.ts"
import type { Comparison, Tree } from "./condition.ts"
import { resolveFunction } from "./functions.ts"
import { type Operand, operand, type Target, unquote } from "./literal.ts"
import { checkGrouping, malformed, refusedWord } from "./refusal.ts"
import type { Scope } from "./scope.ts"
import type { Moment } from "./time-zone.ts"

export interface Conditions {
  readonly scope: Scope
  readonly moment: Moment
  /** Of HAVING: SQL of what the rows are grouped by. */
  readonly grouped?: ReadonlyArray<string>
  /** The SELECT of a semi- or anti-join, one column wide. */
  readonly subquery: (query: Query) => string
}

interface Left extends Target {
  readonly sql: string
  readonly caseSensitive: boolean
}

/** A condition that is true or false, never unknown. */
export const compileTree = (context: Conditions, tree: Tree): string => {
  switch (tree.kind) {
    case "leaf":
      return compileLeaf(context, tree.leaf)
    case "not":
      return `NOT coalesce(${compileTree(context, tree.of)}, false)`
    case "all":
      return `(${tree.of.map((part) => compileTree(context, part)).join(" AND ")})`
    case "any":
      return `(${tree.of.map((part) => compileTree(context, part)).join(" OR ")})`
  }
}

/** Refuses, in HAVING, what is neither grouped nor aggregated, and elsewhere what is aggregated. */
const checkGrouped = ({ scope, grouped }: Conditions, word: string, sql: string, aggregate: boolean) => {
  checkGrouping(scope.query, word, sql, grouped ?? [])
  if (grouped === undefined && aggregate) {
    throw refusedWord(scope.query, word, "MALFORMED_QUERY", `Grouped field should not be aggregated: ${word}`)
  }
  if (grouped !== undefined && !aggregate && !grouped.includes(sql)) {
    throw refusedWord(scope.query, word, "MALFORMED_QUERY", `Field must be grouped or aggregated: ${word}`)
  }
}

const leftOf = (context: Conditions, leaf: Comparison): Left => {
  const { scope } = context
  if ("fn" in leaf) {
    const { sql, type, word, aggregate } = resolveFunction(scope, leaf.fn)
    checkGrouped(context, word, sql, aggregate)
    return { sql, type, word, name: word, caseSensitive: false }
  }
  const { field, type, sql } = scope.resolve(leaf.field)
  if (!field.filterable || isCompound(field)) {
    const told = `field '${field.name}' can not be filtered in a query call`
    throw refusedWord(scope.query, leaf.field, "INVALID_FIELD", told)
  }
  checkGrouped(context, leaf.field, sql, false)
  return { sql, type, word: leaf.field, name: field.name, caseSensitive: field.caseSensitive }
}

const compileLeaf = (context: Conditions, leaf: Comparison): string => {
  const left = leftOf(context, leaf)
  if ("valueQuery" in leaf) return compileJoin(context, left, leaf.operator, leaf.valueQuery)
  const types = Array.isArray(leaf.literalType) ? leaf.literalType : undefined
  const values = (Array.isArray(leaf.value) ? leaf.value : [leaf.value]).map((text, at) => ({
    text,
    type: types?.[at] ?? (typeof leaf.literalType === "string" ? leaf.literalType : "STRING")
  }))
  const read = (value: (typeof values)[number]) =>
    operand(context.scope.query, left, value.type, value.text, context.moment)
  switch (leaf.operator) {
    case "IN":
      return isOneOf(left, values.map(read))
    case "NOT IN":
      return `NOT coalesce(${isOneOf(left, values.map(read))}, false)`
    case "INCLUDES":
      return includes(context, left, values)
    case "EXCLUDES":
      return `NOT coalesce(${includes(context, left, values)}, false)`
    case "LIKE":
      return like(context, left, values[0])
    default: {
      const [value] = values
      if (value === undefined) throw malformed(`unexpected token: '${leaf.operator}'`)
      return compare(left, leaf.operator, read(value))
    }
  }
}

const sides = (left: Left, right: { readonly sql: string }): readonly [string, string] =>
  isTextType(left.type) && !left.caseSensitive
    ? [`lower(${left.sql})`, `lower(${right.sql})`]
    : [left.sql, right.sql]

const isNull = (left: Left) => (left.type === "boolean" ? `${left.sql} = false` : `${left.sql} IS NULL`)

const compare = (left: Left, operator: string, right: Operand): string => {
  const not = operator === "!=" || operator === "<>"
  if (right.kind === "null") return nullComparison(left, operator)
  if (right.kind === "range") return rangeComparison(left, operator, right)
  const [a, b] = sides(left, right)
  return not ? `(${a} <> ${b} OR ${left.sql} IS NULL)` : `${a} ${operator} ${b}`
}

const nullComparison = (left: Left, operator: string): string => {
  switch (operator) {
    case "=":
      return isNull(left)
    case "!=":
    case "<>":
      return `NOT (${isNull(left)})`
    default:
      return "false"
  }
}

const rangeComparison = (
  { sql }: Left,
  operator: string,
  { from, until }: Operand & { kind: "range" }
): string => {
  switch (operator) {
    case "=":
      return `(${sql} >= ${from} AND ${sql} < ${until})`
    case "<":
      return `${sql} < ${from}`
    case "<=":
      return `${sql} < ${until}`
    case ">":
      return `${sql} >= ${until}`
    case ">=":
      return `${sql} >= ${from}`
    default:
      return `(${sql} < ${from} OR ${sql} >= ${until} OR ${sql} IS NULL)`
  }
}

const isOneOf = (left: Left, operands: ReadonlyArray<Operand>): string => {
  const listed = operands.flatMap((right) => (right.kind === "value" ? [sides(left, right)] : []))
  const others = operands.flatMap((right) => (right.kind === "value" ? [] : [compare(left, "=", right)]))
  const [first] = listed
  const list = first === undefined ? [] : [`${first[0]} IN (${listed.map(([, b]) => b).join(", ")})`]
  return `(${[...list, ...others].join(" OR ")})`
}

interface Written {
  readonly text: string
  readonly type: string
}

const like = ({ scope }: Conditions, left: Left, value: Written | undefined): string => {
  if (!isTextType(left.type)) {
    throw refusedWord(
      scope.query,
      left.word,
      "INVALID_FIELD",
      `invalid operator on ${typeWord(left.type)} field`
    )
  }
  if (value?.type !== "STRING") throw malformed("LIKE needs a text in quotes")
  return `${left.sql} ILIKE ${literal(unquote(value.text, true))} ESCAPE '\\'`
}

const typeWord = (type: FieldType) => (type === "reference" ? "id" : type)

const includes = ({ scope }: Conditions, left: Left, values: ReadonlyArray<Written>): string => {
  if (left.type !== "multipicklist") {
    throw refusedWord(
      scope.query,
      left.word,
      "INVALID_QUERY_FILTER_OPERATOR",
      "includes/excludes operator only valid on multipicklist field"
    )
  }
  const list = `string_split(lower(${left.sql}), ';')`
  const alternatives = values.map(({ text }) =>
    unquote(text)
      .split(";")
      .map((part) => `list_contains(${list}, lower(${literal(part)}))`)
      .join(" AND ")
  )
  return `(${alternatives.map((each) => `(${each})`).join(" OR ")})`
}

const compileJoin = (context: Conditions, left: Left, operator: string, query: Query): string => {
  if ((left.type !== "id" && left.type !== "reference") || left.word.includes(".")) {
    const told = `The left operand field in the where expression for outer query should be an id field, cannot use: '${left.word}'`
    throw refusedWord(context.scope.query, left.word, "MALFORMED_QUERY", told)
  }
  const inside = `${left.sql} IN (${context.subquery(query)})`
  return operator === "NOT IN" ? `NOT coalesce(${inside}, false)` : inside
}
