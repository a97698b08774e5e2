/** Streams as Airbyte's catalog lists them, and the catalog that says which of them are wanted. */
import type { Column, ColumnType, ReadyStream, ScalarType } from "@decant/connector"
import { deletedAtColumn } from "@decant/destinations/records"
import { Schema } from "effect"

type Json = Readonly<Record<string, unknown>>

const nullable = (type: string, more: Json = {}): Json => ({ type: ["null", type], ...more })

const scalars: Readonly<Record<ScalarType["kind"], Json>> = {
  text: nullable("string"),
  boolean: nullable("boolean"),
  int32: nullable("integer"),
  int64: nullable("integer"),
  double: nullable("number"),
  decimal: nullable("number"),
  date: nullable("string", { format: "date" }),
  time: nullable("string", { format: "time", airbyte_type: "time_without_timezone" }),
  timestamp: nullable("string", { format: "date-time", airbyte_type: "timestamp_with_timezone" })
}

const typeSchema = (type: ColumnType): Json => {
  if (type.kind === "textList") return nullable("array", { items: { type: "string" } })
  if (type.kind !== "struct") return scalars[type.kind]
  return nullable("object", {
    properties: Object.fromEntries(type.fields.map((field) => [field.name, scalars[field.type.kind]]))
  })
}

const columnSchema = ({ mask, type, describes, label }: Column): Json => ({
  ...(mask === undefined ? typeSchema(type) : scalars.text),
  title: label,
  ...(describes?.help ? { description: describes.help } : {})
})

export const airbyteStream = ({ stream, schema, checkpoint }: ReadyStream): Json => {
  const { flag } = schema.deletes
  const properties = {
    ...Object.fromEntries(schema.columns.map((column) => [column.name, columnSchema(column)])),
    ...(flag === null ? {} : { [flag]: scalars.boolean, [deletedAtColumn]: scalars.timestamp })
  }
  const cursor = checkpoint.cursorField
  return {
    name: stream,
    json_schema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      additionalProperties: true,
      properties
    },
    supported_sync_modes: cursor === null ? ["full_refresh"] : ["full_refresh", "incremental"],
    ...(cursor === null ? {} : { source_defined_cursor: true, default_cursor_field: [cursor] }),
    source_defined_primary_key: (schema.key ?? []).map((name) => [name]),
    // A window without a cursor cannot go on where it broke off: what changed meanwhile would be missed.
    is_resumable: cursor !== null
  }
}

const ConfiguredStream = Schema.Struct({
  stream: Schema.Struct({
    name: Schema.String,
    default_cursor_field: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.String)))
  }),
  sync_mode: Schema.Literals(["full_refresh", "incremental"]),
  generation_id: Schema.optionalKey(Schema.NullOr(Schema.Finite))
})
export type ConfiguredStream = typeof ConfiguredStream.Type

export const ConfiguredCatalog = Schema.Struct({ streams: Schema.Array(ConfiguredStream) })
