/** One stream, settled: which object, which query, which table. Made once per run from the spec and the describe. */

import { createHash } from "node:crypto"
import type { ObjectStream, Spec, StreamSchema, View } from "@decant/connector"
import { streamName } from "@decant/connector"
import { Result } from "effect"
import type { ObjectDescribe } from "../describe/describe-shape.ts"
import { cursorFieldOf, cursorWarnings } from "../fields/cursor-field.ts"
import type { Related } from "../fields/field-path.ts"
import { type FieldSelection, selectFields } from "../fields/field-selection.ts"
import type { FieldWishes } from "../fields/field-wishes.ts"
import type { SourceError } from "../source-error.ts"

export interface StreamDefinition {
  readonly stream: string
  readonly object: string
  readonly select: ReadonlyArray<string>
  /** Null: read whole each time, into a new generation. */
  readonly cursorField: string | null
  readonly where: string | null
  readonly schema: StreamSchema
  readonly schemaFingerprint: string
  readonly warnings: ReadonlyArray<string>
}

export const wishesOf = (spec: Spec, stream: ObjectStream): Omit<FieldWishes, "cursorField"> => ({
  fields: stream.fields ?? spec.source.defaults?.fields ?? "recommended",
  roles: stream.roles,
  substitute: stream.substitute,
  mask: stream.mask,
  numbers: spec.destination.numbers,
  maskKey: spec.name
})

export const defineStream = (
  spec: Spec,
  stream: ObjectStream,
  describe: ObjectDescribe,
  related: Related
): Result.Result<StreamDefinition, SourceError> => {
  const cursor = cursorFieldOf(describe)
  const wishes: FieldWishes = { ...wishesOf(spec, stream), cursorField: cursor?.name ?? null }
  return Result.map(selectFields(describe, wishes, related), (selection) => {
    const name = streamName(stream)
    // Rows that leave a filter are only seen when the whole filter is evaluated again.
    const cursorField = stream.where === undefined ? (cursor?.name ?? null) : null
    const schema = schemaOf(spec, stream, name, selection, cursor?.name ?? null)
    return {
      stream: name,
      object: describe.name,
      select: selection.select,
      cursorField,
      where: stream.where ?? null,
      schema,
      schemaFingerprint: fingerprint(schema),
      warnings: [
        ...selection.warnings,
        ...(stream.where === undefined ? cursorWarnings(describe, cursor) : [whereWarning(name)]),
        ...(cursor === null
          ? [`${describe.name} has no field that tells when a row changed: it is read whole each time.`]
          : [])
      ]
    }
  })
}

const whereWarning = (stream: string): string =>
  `${stream} has a \`where\`: it is read whole each time, so that rows that leave the filter leave the table.`

const schemaOf = (
  spec: Spec,
  stream: ObjectStream,
  name: string,
  selection: FieldSelection,
  guard: string | null
): StreamSchema => {
  const has = (column: string): boolean => selection.columns.some((found) => found.name === column)
  const flag = has("IsDeleted") ? "IsDeleted" : null
  return {
    stream: name,
    table: name,
    key: has("Id") ? ["Id"] : null,
    guard,
    deletes: { ...spec.destination.deletes, flag },
    history: stream.history ?? false,
    columns: selection.columns,
    views: viewsOf(name, selection, has)
  }
}

const viewsOf = (
  name: string,
  selection: FieldSelection,
  has: (column: string) => boolean
): ReadonlyArray<View> => [
  { kind: "live", name: `${name}_live` },
  ...(selection.roles === null
    ? []
    : [{ kind: "roles" as const, name: `${name.toLowerCase()}_roles`, roles: selection.roles }]),
  ...(has("MasterRecordId")
    ? [{ kind: "survivors" as const, name: `${name.toLowerCase()}_survivors`, mergedInto: "MasterRecordId" }]
    : [])
]

/** Changes when a column is added, lost, renamed or gets another type. */
const fingerprint = (schema: StreamSchema): string =>
  createHash("sha256")
    .update(
      JSON.stringify(schema.columns.map(({ name, type, from, mask }) => [name, type, from, mask ?? null]))
    )
    .digest("hex")
    .slice(0, 16)
