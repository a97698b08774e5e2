/**
 * SOQL functions: aggregates, calendar functions on dates, and the few that dress up a value.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_functions.htm
 */
import type { FunctionExp } from "@jetstreamapp/soql-parser-js"
import { componentsOf, type FieldType } from "../org/field.ts"
import { literal, quoted } from "../org/store.ts"
import { malformed, refusedWord } from "./refusal.ts"
import type { Resolved, Scope } from "./scope.ts"
import { toWallClock } from "./time-zone.ts"

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

type Parameter = string | FunctionExp | undefined

const pathOf = (parameter: Parameter): string => {
  if (typeof parameter === "string") return parameter
  throw malformed(`unexpected token: '${parameter?.rawValue ?? ""}'`)
}

/** The argument of a date function, in the user's time zone when convertTimezone() says so. */
const dateArgument = (scope: Scope, parameter: Parameter, name: string): string => {
  if (typeof parameter !== "object" || parameter.functionName?.toUpperCase() !== "CONVERTTIMEZONE") {
    const { field, type, sql } = scope.resolve(pathOf(parameter))
    if (type !== "date" && type !== "datetime") {
      const told = `${name} can only be used with a date or dateTime field: ${field.name}`
      throw refusedWord(scope.query, pathOf(parameter), "MALFORMED_QUERY", told)
    }
    return sql
  }
  const { field, type, sql } = scope.resolve(pathOf(parameter.parameters?.[0]))
  if (type !== "datetime") {
    throw malformed(`convertTimezone can only be used with a dateTime field: ${field.name}`)
  }
  return toWallClock(sql, scope.timeZone)
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

/** A value as people in the United States read it. */
const formatted = ({ sql, type }: { readonly sql: string; readonly type: FieldType }): string => {
  switch (type) {
    case "currency":
      return `CASE WHEN ${sql} < 0 THEN '-' ELSE '' END || '$' || format('{:,.2f}', abs(${sql}))`
    case "percent":
    case "double":
      return `regexp_replace(format('{:,.3f}', ${sql}), '\\.?0+$', '')`
    case "int":
    case "long":
      return `format('{:,}', ${sql}::BIGINT)`
    case "date":
      return `strftime(${sql}, '%-m/%-d/%Y')`
    case "datetime":
      return `strftime(${sql}, '%-m/%-d/%Y, %-I:%M %p')`
    default:
      return `${sql}::VARCHAR`
  }
}

/** FORMAT of a field, or of another function of one. */
const format = (scope: Scope, parameter: Parameter, word: string): Computed => {
  if (typeof parameter === "object") {
    const inner = resolveFunction(scope, parameter)
    return { ...inner, sql: formatted(inner), type: "string", word }
  }
  const argument = scope.resolve(pathOf(parameter))
  const inWallClock =
    argument.type === "datetime" ? { ...argument, sql: toWallClock(argument.sql, scope.timeZone) } : argument
  return { sql: formatted(inWallClock), type: "string", word, aggregate: false, field: argument }
}

/** Resolves a function call; throws Salesforce's refusal of one it does not know. */
export const resolveFunction = (scope: Scope, fn: FunctionExp): Computed => {
  const name = (fn.functionName ?? "").toUpperCase()
  const word = fn.rawValue ?? name
  const [first] = fn.parameters ?? []
  const plain = (sql: string, type: FieldType): Computed => ({
    sql,
    type,
    word,
    aggregate: false,
    field: undefined
  })
  if (name === "DISTANCE") return plain(distance(scope, fn), "double")
  if (name === "FORMAT") return format(scope, first, word)
  if (name === "COUNT" && first === undefined) return { ...plain("count(*)", "int"), aggregate: true }
  const part = calendar[name]
  if (part !== undefined) return plain(part(dateArgument(scope, first, name)), "int")
  if (name === "DAY_ONLY") return plain(`${dateArgument(scope, first, name)}::DATE`, "date")
  const aggregated = aggregates[name]
  if (aggregated === undefined && name !== "TOLABEL" && name !== "CONVERTCURRENCY") {
    const told = `Unknown function ${fn.functionName}`
    throw refusedWord(scope.query, fn.functionName ?? "", "MALFORMED_QUERY", told)
  }
  const argument = scope.resolve(pathOf(first))
  if (aggregated !== undefined) return aggregate(scope, name, aggregated, argument, word)
  return name === "TOLABEL"
    ? { sql: labelOf(argument), type: "string", word, aggregate: false, field: argument }
    : {
        sql: inCorporateCurrency(scope, argument),
        type: argument.type,
        word,
        aggregate: false,
        field: argument
      }
}
