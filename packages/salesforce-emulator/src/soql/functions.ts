/**
 * SOQL functions: aggregates, calendar functions on dates, and the few that dress up a value.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_functions.htm
 */
import type { FunctionExp } from "@jetstreamapp/soql-parser-js"
import { componentsOf, type FieldType } from "../org/field.ts"
import { literal, quoted } from "../org/store.ts"
import { malformed, refusedWord } from "./refusal.ts"
import type { Resolved, Scope } from "./scope.ts"

/** An expression that is not just a field. */
export interface Computed {
  readonly sql: string
  readonly type: FieldType
  /** As typed in the query. */
  readonly word: string
  readonly aggregate: boolean
  /** The field a dressing function such as toLabel shows; its key is the field's own. */
  readonly field: Resolved | undefined
}

const calendar: Readonly<Record<string, (sql: string) => string>> = {
  CALENDAR_MONTH: (sql) => `month(${sql})`,
  CALENDAR_QUARTER: (sql) => `quarter(${sql})`,
  CALENDAR_YEAR: (sql) => `year(${sql})`,
  FISCAL_MONTH: (sql) => `month(${sql})`,
  FISCAL_QUARTER: (sql) => `quarter(${sql})`,
  FISCAL_YEAR: (sql) => `year(${sql})`,
  DAY_IN_MONTH: (sql) => `day(${sql})`,
  DAY_IN_WEEK: (sql) => `dayofweek(${sql}) + 1`,
  DAY_IN_YEAR: (sql) => `dayofyear(${sql})`,
  HOUR_IN_DAY: (sql) => `hour(${sql})`,
  WEEK_IN_MONTH: (sql) => `(day(${sql}) - 1) // 7 + 1`,
  WEEK_IN_YEAR: (sql) => `(dayofyear(${sql}) - 1) // 7 + 1`
}

const doubles = (type: FieldType): FieldType => (type === "int" || type === "long" ? "int" : "double")

type Aggregate = (argument: Resolved) => { readonly sql: string; readonly type: FieldType }

const aggregates: Readonly<Record<string, Aggregate>> = {
  COUNT: ({ sql }) => ({ sql: `count(${sql})`, type: "int" }),
  COUNT_DISTINCT: ({ sql }) => ({ sql: `count(DISTINCT ${sql})`, type: "int" }),
  SUM: ({ sql, type }) => ({ sql: `sum(${sql})`, type: doubles(type) }),
  AVG: ({ sql }) => ({ sql: `avg(${sql})`, type: "double" }),
  MIN: ({ sql, type }) => ({ sql: `min(${sql})`, type }),
  MAX: ({ sql, type }) => ({ sql: `max(${sql})`, type }),
  GROUPING: ({ sql }) => ({ sql: `grouping(${sql})`, type: "int" })
}

const numeric = new Set<FieldType>(["currency", "double", "percent", "int", "long"])

const pathOf = (parameter: string | FunctionExp | undefined): string => {
  if (typeof parameter === "string") return parameter
  if (parameter?.functionName?.toUpperCase() === "CONVERTTIMEZONE") return pathOf(parameter.parameters?.[0])
  throw malformed(`unexpected token: '${parameter?.rawValue ?? ""}'`)
}

const labelOf = ({ field, sql }: Resolved): string => {
  const cases = field.picklist.filter(({ value, label }) => value !== label)
  if (cases.length === 0) return sql
  return `CASE ${sql} ${cases.map(({ value, label }) => `WHEN ${literal(value)} THEN ${literal(label)}`).join(" ")} ELSE ${sql} END`
}

/** Kilometres or miles between a location and a fixed point, by the haversine formula. */
const distance = (scope: Scope, fn: FunctionExp): string => {
  const [from, to, unit] = fn.parameters ?? []
  const { source, field } = scope.resolve(pathOf(from))
  if (typeof to !== "object" || to.functionName?.toUpperCase() !== "GEOLOCATION")
    throw malformed("unexpected token: 'DISTANCE'")
  const [latitude = "", longitude = ""] = (to.parameters ?? []).map(pathOf)
  const column = (key: string) => {
    const component = componentsOf(source.object, field).find(([name]) => name === key)?.[1]
    if (component === undefined) throw malformed(`DISTANCE needs a location: ${field.name}`)
    return `${source.alias}.${quoted(component.name)}`
  }
  const radius = unit === "'mi'" ? 3958.7613 : 6371.0088
  const dLat = `radians(${column("latitude")} - (${latitude}))`
  const dLon = `radians(${column("longitude")} - (${longitude}))`
  const chord = `pow(sin(${dLat} / 2), 2) + cos(radians(${latitude})) * cos(radians(${column("latitude")})) * pow(sin(${dLon} / 2), 2)`
  return `2 * ${radius} * asin(sqrt(${chord}))`
}

/** Where an org has several currencies: the amount by the rate of the record's own. */
const inCorporateCurrency = (scope: Scope, { source, sql }: Resolved): string => {
  const hasOwn = scope.schema.field(source.object, "CurrencyIsoCode") !== undefined
  if (!hasOwn || scope.schema.object("CurrencyType") === undefined) return sql
  return `(${sql} / (SELECT max("ConversionRate") FROM "CurrencyType" WHERE "IsoCode" = ${source.alias}."CurrencyIsoCode"))`
}

const aggregate = (
  scope: Scope,
  name: string,
  apply: Aggregate,
  argument: Resolved,
  word: string
): Computed => {
  if ((name === "SUM" || name === "AVG") && !numeric.has(argument.type)) {
    const told = `field ${argument.field.name} does not support aggregate operator ${name}`
    throw refusedWord(scope.query, word, "MALFORMED_QUERY", told)
  }
  const sql = argument.type === "currency" ? inCorporateCurrency(scope, argument) : argument.sql
  return { ...apply({ ...argument, sql }), word, aggregate: true, field: undefined }
}

/** Resolves a function call; throws Salesforce's refusal of one it does not know. */
export const resolveFunction = (scope: Scope, fn: FunctionExp): Computed => {
  const name = (fn.functionName ?? "").toUpperCase()
  const word = fn.rawValue ?? name
  if (name === "DISTANCE") {
    return { sql: distance(scope, fn), type: "double", word, aggregate: false, field: undefined }
  }
  const [first] = fn.parameters ?? []
  if (name === "COUNT" && first === undefined) {
    return { sql: "count(*)", type: "int", word, aggregate: true, field: undefined }
  }
  const argument = scope.resolve(pathOf(first))
  const aggregated = aggregates[name]
  if (aggregated !== undefined) return aggregate(scope, name, aggregated, argument, word)
  const part = calendar[name]
  if (part !== undefined)
    return { sql: part(argument.sql), type: "int", word, aggregate: false, field: undefined }
  switch (name) {
    case "DAY_ONLY":
      return { sql: `${argument.sql}::DATE`, type: "date", word, aggregate: false, field: undefined }
    case "TOLABEL":
      return { sql: labelOf(argument), type: "string", word, aggregate: false, field: argument }
    case "FORMAT":
      return { sql: `${argument.sql}::VARCHAR`, type: "string", word, aggregate: false, field: argument }
    case "CONVERTCURRENCY":
      return {
        sql: inCorporateCurrency(scope, argument),
        type: argument.type,
        word,
        aggregate: false,
        field: argument
      }
    default:
      throw refusedWord(
        scope.query,
        fn.functionName ?? "",
        "MALFORMED_QUERY",
        `Unknown function ${fn.functionName}`
      )
  }
}
