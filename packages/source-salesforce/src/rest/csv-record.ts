/**
 * REST records as CSV in the dialect of Bulk results: comma, every value quoted, quotes doubled, LF, empty
 * for null (https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_csv_valid_record_rows.htm).
 */

const quoted = (value: string): string =>
  value.includes('"') ? `"${value.replaceAll('"', '""')}"` : `"${value}"`

export const csvLine = (values: ReadonlyArray<string>): string => `${values.map(quoted).join(",")}\n`

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null

/** The value of `Owner.Name` in a record; null where a parent is null. */
const valueAt = (record: Json, path: ReadonlyArray<string>): unknown => {
  let value: unknown = record
  for (const key of path) value = isObject(value) ? value[key] : null
  return value
}

const cell = (value: unknown): string => {
  if (typeof value === "string") return value
  if (value === null || value === undefined) return ""
  return isObject(value) ? JSON.stringify(value) : String(value)
}

/** Header → the writer of one record as a line; numbers must already be their source text. */
export const recordWriter = (header: ReadonlyArray<string>): ((record: Json) => string) => {
  const paths = header.map((name) => name.split("."))
  return (record) => csvLine(paths.map((path) => cell(valueAt(record, path))))
}

/** The values of one header line, quoted or bare. */
export const parseHeader = (line: string): ReadonlyArray<string> =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? "") : quoted.replaceAll('""', '"')
  )
