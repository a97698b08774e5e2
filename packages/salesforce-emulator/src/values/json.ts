/** A field's value as REST prints it: SQL that yields JSON text, `null` included. */
import type { FieldType } from "../org/field.ts"

const quotedText = (sql: string) => `'"' || ${sql} || '"'`

const printed = (type: FieldType, sql: string): string => {
  switch (type) {
    case "boolean":
    case "int":
    case "long":
      return `${sql}::VARCHAR`
    case "currency":
    case "double":
    case "percent":
      return `sf_double(${sql})`
    case "id":
    case "reference":
      return quotedText(sql)
    case "date":
      return quotedText(`${sql}::VARCHAR`)
    case "datetime":
      return quotedText(`sf_datetime(${sql})`)
    case "time":
      return quotedText(`sf_time(${sql})`)
    default:
      return `to_json(${sql})::VARCHAR`
  }
}

/** Members with commas between them: one flat call, because planning a long chain of `||` takes seconds. */
export const jsonMembers = (members: ReadonlyArray<string>): string => `concat(${members.join(", ',', ")})`

export const jsonValue = (type: FieldType, sql: string): string => `coalesce(${printed(type, sql)}, 'null')`

/** An address or location: an object of its components, or null when each of them is. */
export const jsonCompound = (
  components: ReadonlyArray<{ readonly key: string; readonly type: FieldType; readonly sql: string }>
): string => {
  const sorted = [...components].sort((a, b) => (a.key < b.key ? -1 : 1))
  const members = sorted
    .map(({ key, type, sql }) => `'"${key}":' || ${jsonValue(type, sql)}`)
    .join(` || ',' || `)
  return `CASE WHEN ${sorted.map(({ sql }) => `${sql} IS NULL`).join(" AND ")} THEN 'null' ELSE '{' || ${members} || '}' END`
}
