/**
 * The columns of a DuckDB table as the schema of a Delta table. Delta has no time of day, so such columns are text
 * in the files.
 *
 * https://github.com/delta-io/delta/blob/master/PROTOCOL.md#schema-serialization-format
 */
import { Option, Schema } from "effect"

export interface TableColumn {
  readonly name: string
  /** As DuckDB spells it. */
  readonly type: string
}

const scalars: Readonly<Record<string, string>> = {
  VARCHAR: "string",
  BOOLEAN: "boolean",
  INTEGER: "integer",
  BIGINT: "long",
  DOUBLE: "double",
  DATE: "date",
  TIME: "string",
  "TIMESTAMP WITH TIME ZONE": "timestamp"
}

const decimalPattern = /^DECIMAL\((\d+),\s*(\d+)\)$/
const fieldPattern = /("(?:[^"]|"")*"|[^\s,()]+) ([A-Z][A-Z ]*(?:\(\d+,\s*\d+\))?)(?:, |$)/g

type DeltaType = string | { readonly type: string; readonly [key: string]: unknown }

const structFields = (type: string): ReadonlyArray<TableColumn> =>
  [...type.slice("STRUCT(".length, -1).matchAll(fieldPattern)].map(([, name = "", fieldType = ""]) => ({
    name: name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name,
    type: fieldType
  }))

const deltaType = (type: string): DeltaType => {
  if (type.endsWith("[]")) {
    return { type: "array", elementType: deltaType(type.slice(0, -2)), containsNull: true }
  }
  if (type.startsWith("STRUCT("))
    return { type: "struct", fields: structFields(type).map((field) => fieldOf(field)) }
  const decimal = decimalPattern.exec(type)
  if (decimal !== null) return `decimal(${decimal[1]},${decimal[2]})`
  return scalars[type] ?? "string"
}

const fieldOf = (column: TableColumn, comment?: string) => ({
  name: column.name,
  type: deltaType(column.type),
  nullable: true,
  metadata: comment === undefined ? {} : { comment }
})

export const schemaString = (
  columns: ReadonlyArray<TableColumn>,
  comments: ReadonlyMap<string, string>
): string =>
  JSON.stringify({
    type: "struct",
    fields: columns.map((column) => fieldOf(column, comments.get(column.name.toLowerCase())))
  })

const Described = Schema.fromJsonString(
  Schema.Struct({
    fields: Schema.Array(
      Schema.Struct({
        name: Schema.String,
        metadata: Schema.optionalKey(Schema.Struct({ comment: Schema.optionalKey(Schema.String) }))
      })
    )
  })
)
const decodeDescribed = Schema.decodeUnknownOption(Described)

/** Comments by lower-case column name, so that columns which the org has lost keep theirs. */
export const commentsOf = (text: string | undefined): ReadonlyMap<string, string> =>
  new Map(
    Option.match(decodeDescribed(text), {
      onNone: () => [],
      onSome: ({ fields }) =>
        fields.flatMap(({ name, metadata }) =>
          metadata?.comment === undefined ? [] : [[name.toLowerCase(), metadata.comment] as const]
        )
    })
  )

/** What the files hold where the table has this type. */
export const fileType = (type: string): string => (type === "TIME" ? "VARCHAR" : type)
