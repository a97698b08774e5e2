/**
 * REST records as CSV in the dialect of Bulk results: comma, every value quoted, quotes doubled, LF, empty
 * for null (https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_csv_valid_record_rows.htm).
 */

export const csvLine = (values: ReadonlyArray<string>): string =>
  `${values.map((value) => `"${value.replaceAll('"', '""')}"`).join(",")}\n`

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null

/** The value of `Owner.Name` in a record; null where a parent is null. */
const valueAt = (record: Json, path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : null), record)

const cell = (value: unknown): string => {
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
