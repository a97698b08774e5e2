/**
 * Values in SOQL and SOSL: bound and escaped, never pasted. `soql` makes a statement out of a template whose
 * values become literals; a statement that somebody gives whole does not pass here.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
 */

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f"
}

const quoted = (text: string): string =>
  `'${text.replaceAll(/[\\'"\n\r\t\b\f]/g, (character) => escapes[character] ?? character)}'`

/** A value that is no text: it stands in the statement as it is. Only for what cannot hold foreign text. */
export class SoqlRaw {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type SoqlValue = string | number | boolean | null | Date | SoqlRaw | ReadonlyArray<SoqlValue>

const apiPath = /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$/

/** The name of an object or field, or a path of names; a RangeError for anything else. */
export const soqlName = (name: string): SoqlRaw => {
  if (!apiPath.test(name)) throw new RangeError(`${JSON.stringify(name)} is not an API name`)
  return new SoqlRaw(name)
}

/** `2024-01-02`, which stands without quotes; a RangeError for anything else. */
export const soqlDate = (day: string): SoqlRaw => {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new RangeError(`${JSON.stringify(day)} is not a date`)
  return new SoqlRaw(day)
}

const soqlLiteral = (value: SoqlValue): string => {
  if (value === null) return "null"
  if (typeof value === "string") return quoted(value)
  if (typeof value === "boolean") return String(value)
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new RangeError(`${value} is not a number that SOQL has`)
    return String(value)
  }
  if (value instanceof Date) return value.toISOString()
  if (value instanceof SoqlRaw) return value.text
  return `(${value.map(soqlLiteral).join(", ")})`
}

/** soql`SELECT Id FROM Account WHERE Name = ${name}` */
export const soql = (parts: TemplateStringsArray, ...values: ReadonlyArray<SoqlValue>): string =>
  parts
    .map((part, index) => (index === 0 ? part : `${soqlLiteral(values[index - 1] ?? null)}${part}`))
    .join("")

/** The pattern of a LIKE that finds the text anywhere; its own wildcards stand for themselves. */
export const soqlContains = (text: string): SoqlRaw => {
  const inner = quoted(text).slice(1, -1).replaceAll(/[%_]/g, "\\$&")
  return new SoqlRaw(`'%${inner}%'`)
}

/** What somebody looks for, inside the braces of `FIND {…}`: reserved characters stand for themselves. */
export const soslTerm = (text: string): string => text.replaceAll(/[\\?&|!{}[\]()^~*:"'+-]/g, "\\$&")
