/** The columns of a SELECT list: fields, functions and TYPEOF. Child subqueries are the planner's. */
import type { FieldType as ParsedField } from "@jetstreamapp/soql-parser-js"
import { jsonValue } from "../values/json.ts"
import { type Computed, resolveFunction } from "./functions.ts"
import type { PlannedColumn } from "./plan.ts"
import { refusedWord } from "./refusal.ts"
import type { Resolved, Scope } from "./scope.ts"
import { planTypeOf } from "./typeof.ts"

type Plain = Exclude<ParsedField, { type: "FieldSubquery" | "FieldTypeof" }>

const wordOf = (field: Plain): string => {
  if (field.type === "FieldFunctionExpression") return field.rawValue ?? field.functionName
  if ("rawValue" in field && field.rawValue !== undefined) return field.rawValue
  return field.type === "FieldRelationship" ? [...field.relationships, field.field].join(".") : field.field
}

const computedColumn = (
  computed: Computed,
  alias: string | undefined,
  unnamed: () => string
): PlannedColumn => ({
  path: alias ?? computed.field?.path ?? unnamed(),
  word: computed.word,
  type: computed.type,
  sql: computed.sql,
  json: jsonValue(computed.type, computed.sql),
  resolved: computed.aggregate ? undefined : computed.field
})

const plainColumn = (resolved: Resolved, field: Plain, aggregate: boolean): PlannedColumn => ({
  path: aggregate ? (("alias" in field ? field.alias : undefined) ?? resolved.field.name) : resolved.path,
  word: resolved.path,
  type: resolved.type,
  sql: resolved.sql,
  json: resolved.json,
  resolved
})

const typeOfColumn = (scope: Scope, field: Extract<ParsedField, { type: "FieldTypeof" }>): PlannedColumn => {
  const typeOf = planTypeOf(scope, field)
  return {
    path: typeOf.relationshipName,
    word: typeOf.relationshipName,
    type: "anyType",
    sql: "NULL",
    json: "'null'",
    resolved: undefined,
    typeOf
  }
}

/** Makes the columns one after the other and refuses a path that comes twice. */
export class SelectList {
  readonly columns: Array<PlannedColumn> = []
  readonly #scope: Scope
  readonly #aggregate: boolean
  readonly #seen = new Set<string>()
  #unnamed = 0

  constructor(scope: Scope, aggregate: boolean) {
    this.#scope = scope
    this.#aggregate = aggregate
  }

  add(field: Exclude<ParsedField, { type: "FieldSubquery" }>): void {
    const column = this.#column(field)
    if (this.#seen.has(column.path)) {
      throw refusedWord(
        this.#scope.query,
        column.word,
        "MALFORMED_QUERY",
        `duplicate field selected: ${column.path}`
      )
    }
    this.#seen.add(column.path)
    this.columns.push(column)
  }

  #column(field: Exclude<ParsedField, { type: "FieldSubquery" }>): PlannedColumn {
    if (field.type === "FieldTypeof") return typeOfColumn(this.#scope, field)
    return field.type === "FieldFunctionExpression"
      ? computedColumn(resolveFunction(this.#scope, field), field.alias, () => `expr${this.#unnamed++}`)
      : plainColumn(this.#scope.resolve(wordOf(field)), field, this.#aggregate)
  }
}
