/**
 * Records of a query as rows of one table: parents' fields as `Account.Name`, children as JSON. The columns are the
 * statement's where it names them one by one; else those of the first page.
 */
import type { OrgRecord } from "@decant/org"

const path = /^[A-Za-z]\w*(\.[A-Za-z]\w*)*$/

/** At the top level only: not inside parentheses or quotes. */
const splitTop = (text: string, isSeparator: (rest: string) => number): ReadonlyArray<string> => {
  const parts: Array<string> = []
  let depth = 0
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === "(") depth++
    else if (character === ")") depth--
    const length = depth === 0 ? isSeparator(text.slice(at, at + 6)) : 0
    if (length > 0) {
      parts.push(text.slice(from, at))
      from = at + length
      at = from - 1
    }
  }
  return [...parts, text.slice(from)]
}

/** The plain fields that a statement selects; null where it also selects something else. */
export const selectedPaths = (statement: string): ReadonlyArray<string> | null => {
  const body = /^\s*select\s+([\s\S]*)$/i.exec(statement)?.[1]
  if (body === undefined) return null
  const [list = ""] = splitTop(body, (rest) => (/^\sfrom\s/i.test(rest) ? 5 : 0))
  const items = splitTop(list, (rest) => (rest.startsWith(",") ? 1 : 0)).map((item) => item.trim())
  return items.every((item) => path.test(item)) ? items : null
}

const isRecord = (value: unknown): value is OrgRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isChildren = (value: unknown): value is { readonly records: ReadonlyArray<OrgRecord> } =>
  isRecord(value) && Array.isArray(value.records) && "totalSize" in value

/** Without what only links: parents as records, children as lists. */
export const nested = (record: OrgRecord): OrgRecord =>
  Object.fromEntries(
    Object.entries(record)
      .filter(([name]) => name !== "attributes")
      .map(([name, value]) => {
        if (isChildren(value)) return [name, value.records.map(nested)]
        return [name, isRecord(value) ? nested(value) : value]
      })
  )

const pathsOf = (record: OrgRecord): ReadonlyArray<string> =>
  Object.entries(record).flatMap(([name, value]) => {
    if (name === "attributes") return []
    return isRecord(value) && "attributes" in value
      ? pathsOf(value).map((inner) => `${name}.${inner}`)
      : [name]
  })

/** As the org spells it; a path may be typed in any case. */
const keyOf = (record: OrgRecord, name: string): string =>
  name in record
    ? name
    : (Object.keys(record).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name)

const spelled = (wanted: string, records: ReadonlyArray<OrgRecord>): string => {
  const segments: Array<string> = []
  let level: ReadonlyArray<OrgRecord> = records
  for (const segment of wanted.split(".")) {
    const key = level.map((record) => keyOf(record, segment)).find((found) => found !== segment) ?? segment
    segments.push(key)
    level = level.map((record) => record[key]).filter(isRecord)
  }
  return segments.join(".")
}

export const columnsOf = (statement: string, firstPage: ReadonlyArray<OrgRecord>): ReadonlyArray<string> => {
  const found = [...new Set(firstPage.flatMap(pathsOf))]
  const selected = selectedPaths(statement)
  if (selected !== null) return selected.map((one) => spelled(one, firstPage))
  // A parent that some records lack is no column of its own.
  return found.filter((one) => !found.some((other) => other.startsWith(`${one}.`)))
}

const valueAt = (record: OrgRecord, column: string): unknown => {
  let value: unknown = record
  for (const segment of column.split(".")) {
    if (!isRecord(value)) return null
    value = value[keyOf(value, segment)]
  }
  if (isChildren(value)) return value.records.map(nested)
  return isRecord(value) ? nested(value) : (value ?? null)
}

export const rowOf = (record: OrgRecord, columns: ReadonlyArray<string>): ReadonlyArray<unknown> =>
  columns.map((column) => valueAt(record, column))

export const flat = (record: OrgRecord, columns: ReadonlyArray<string>): OrgRecord =>
  Object.fromEntries(columns.map((column) => [column, valueAt(record, column)]))
