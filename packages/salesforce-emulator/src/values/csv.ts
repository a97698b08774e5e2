/**
 * A field's value as Bulk API 2.0 prints it: SQL that yields the unquoted text, NULL for no value. Only datetimes
 * differ from REST: they end in `Z`.
 */
import type { FieldType } from "../org/field.ts"

export const csvValue = (type: FieldType, sql: string): string => {
  switch (type) {
    case "boolean":
    case "int":
    case "long":
    case "date":
      return `${sql}::VARCHAR`
    case "currency":
    case "double":
    case "percent":
      return `sf_double(${sql})`
    case "datetime":
      return `sf_datetime_z(${sql})`
    case "time":
      return `sf_time(${sql})`
    default:
      return sql
  }
}
