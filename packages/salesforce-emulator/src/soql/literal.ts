/**
 * The right-hand side of a comparison: checked against the field's type and turned into SQL. Text must be quoted
 * and everything else must not be.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
 */
import { type FieldType, isTextType } from "../org/field.ts"
import { normaliseId } from "../org/id.ts"
import { literal } from "../org/store.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { type DayRange, dateLiteral } from "./date-literals.ts"
import { malformed, refusedWord } from "./refusal.ts"
import { fromWallClock, type Moment, wallClock } from "./time-zone.ts"

/** A value to compare with: SQL, null, or a range of days. */
export type Operand =
  | { readonly kind: "value"; readonly sql: string; readonly text: string }
  | { readonly kind: "null" }
  | { readonly kind: "range"; readonly from: string; readonly until: string }

export interface Target {
  /** As typed in the query. */
  readonly word: string
  readonly name: string
  readonly type: FieldType
}

const longestText = 4000

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  '"': '"',
  "'": "'",
  "\\": "\\"
}

/** The text a quoted literal stands for; `\%` and `\_` stay escaped for LIKE. */
export const unquote = (quoted: string, forLike = false): string =>
  quoted.slice(1, -1).replaceAll(/\\(u[0-9a-fA-F]{4}|.)/gsu, (whole, sign: string) => {
    if (sign.length === 5) return String.fromCharCode(Number.parseInt(sign.slice(1), 16))
    if (sign === "%" || sign === "_") return forLike ? whole : sign
    const plain = escapes[sign.toLowerCase()]
    if (plain === undefined) throw malformed(`Illegal escape sequence: ${whole}`)
    return forLike && plain === "\\" ? "\\\\" : plain
  })

const soqlTypeNames: Readonly<Partial<Record<FieldType, string>>> = {
  currency: "double",
  percent: "double",
  datetime: "dateTime"
}

const wrongType = (query: string, target: Target) => {
  const type = soqlTypeNames[target.type] ?? (isTextType(target.type) ? "string" : target.type)
  const quotes = isTextType(target.type) || isReference(target.type) ? "should" : "should not"
  return refusedWord(
    query,
    target.word,
    "INVALID_FIELD",
    `value of filter criterion for field '${target.name}' must be of type ${type} and ${quotes} be enclosed in quotes`
  )
}

const isReference = (type: FieldType) => type === "id" || type === "reference"

const timestamp = (date: Date) => `TIMESTAMP '${date.toISOString().slice(0, 23).replace("T", " ")}'`
const date = (at: Date) => `DATE '${at.toISOString().slice(0, 10)}'`

const rangeOperand = (range: DayRange, type: FieldType, timeZone: string): Operand => {
  const print = type === "datetime" ? (at: Date) => fromWallClock(timestamp(at), timeZone) : date
  return { kind: "range", from: print(range.from), until: print(range.until) }
}

const readDateTime = (text: string): Date => {
  const parsed = new Date(text.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"))
  if (Number.isNaN(parsed.getTime())) throw malformed(`invalid date: ${text}`)
  return parsed
}

/** Metadata is referred to by a durable id, which may be a name: `Account`. */
const namesMetadata = ({ name }: Target) => name === "EntityDefinitionId" || name === "FieldDefinitionId"

const textOperand = (query: string, target: Target, text: string): Operand => {
  if (text === "") return { kind: "null" }
  if (isReference(target.type)) {
    const id = namesMetadata(target) ? text : normaliseId(text)
    if (id === undefined) {
      throw refusedWord(query, target.word, "INVALID_QUERY_FILTER_OPERATOR", `invalid ID field: ${text}`)
    }
    return { kind: "value", sql: literal(id), text: id }
  }
  if (!isTextType(target.type)) throw wrongType(query, target)
  if (text.length > longestText) {
    throw malformed(`SOQL statements cannot have a string literal longer than ${longestText} characters`)
  }
  return { kind: "value", sql: literal(text), text }
}

const numeric = new Set<FieldType>(["currency", "double", "percent", "int", "long"])

/** Reads one literal of a condition on `target`; throws the refusal. */
export const operand = (
  query: string,
  target: Target,
  literalType: string,
  text: string,
  moment: Moment
): Operand => {
  const fits = (ok: boolean) => {
    if (!ok) throw wrongType(query, target)
  }
  switch (literalType) {
    case "NULL":
      return { kind: "null" }
    case "STRING":
      return textOperand(query, target, unquote(text))
    case "BOOLEAN":
      fits(target.type === "boolean")
      return { kind: "value", sql: text.toLowerCase(), text }
    case "DATE":
      fits(target.type === "date")
      return { kind: "value", sql: date(readDateTime(text)), text }
    case "DATETIME":
      fits(target.type === "datetime")
      return { kind: "value", sql: timestamp(readDateTime(text)), text }
    case "DATE_LITERAL":
    case "DATE_N_LITERAL": {
      fits(target.type === "date" || target.type === "datetime")
      const range = dateLiteral(text, wallClock(moment))
      if (range === undefined) throw malformed(`unexpected token: '${text}'`)
      return rangeOperand(range, target.type, moment.timeZone)
    }
    case "APEX_BIND_VARIABLE":
      throw badRequest("MALFORMED_QUERY", "Bind variables only allowed in Apex code")
    default:
      fits(numeric.has(target.type))
      return { kind: "value", sql: text.replace(/^[A-Za-z]{3}/, ""), text }
  }
}
