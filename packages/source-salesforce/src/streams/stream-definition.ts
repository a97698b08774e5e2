/** One stream, settled: which object, which query, which table. Made once per run from the spec and the describe. */

import type { ObjectStream, Spec, StreamSchema, View } from "@decant/connector"
import { streamName } from "@decant/connector"
import { Result } from "effect"
import type { ObjectDescribe } from "../describe/describe-shape.ts"
import { cursorFieldOf, cursorWarnings } from "../fields/cursor-field.ts"
import { isSilentFilter, silentColumns } from "../fields/derived-fields.ts"
import type { Related } from "../fields/field-path.ts"
import { type FieldSelection, selectFields } from "../fields/field-selection.ts"
import type { FieldWishes } from "../fields/field-wishes.ts"
import type { SourceError } from "../source-error.ts"
import { schemaFingerprint, storedColumns } from "./schema-fingerprint.ts"

export interface StreamDefinition {
  readonly stream: string
  readonly object: string
  readonly select: ReadonlyArray<string>
  /** Null: read whole each time, into a new generation. */
  readonly cursorField: string | null
  readonly where: string | null
  /** The person's own query, and whether Bulk can run it; null for streams of an object. */
  readonly soql: { readonly text: string; readonly bulk: boolean } | null
  /** The org's delete log is read after the rows of each window. */
  readonly followsDeletes: boolean
  /** Rows that leave the org stay in the copy. */
  readonly keepsMissing: boolean
  /** Columns that change without a new stamp. */
  readonly silentColumns: ReadonlyArray<string>
  /** The filter reads such fields. */
  readonly silentFilter: boolean
  readonly schema: StreamSchema
  readonly schemaFingerprint: string
  readonly warnings: ReadonlyArray<string>
}

export const wishesOf = (spec: Spec, stream: ObjectStream): Omit<FieldWishes, "cursorField" | "stored"> => ({
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
  related: Related,
  fingerprint: string | null
): Result.Result<StreamDefinition, SourceError> => {
  const isIdentified = describe.fields.some(({ name }) => name === "Id")
  // Rows that nothing identifies cannot be brought up to date one by one.
  const cursor = isIdentified ? cursorFieldOf(describe) : null
  const wishes: FieldWishes = {
    ...wishesOf(spec, stream),
    cursorField: cursor?.name ?? null,
    stored: storedColumns(fingerprint)
  }
  return Result.map(selectFields(describe, wishes, related), (selection) => {
    const name = streamName(stream)
    const cursorField = cursor?.name ?? null
    const schema = schemaOf(spec, stream, name, describe, selection, cursor?.name ?? null)
    return {
      stream: name,
      object: describe.name,
      select: selection.select,
      cursorField,
      where: stream.where ?? null,
      soql: null,
      followsDeletes: cursorField !== null && hasDeleteLog(describe) && !keepsMissing(stream, describe),
      keepsMissing: keepsMissing(stream, describe),
      silentColumns:
        cursor === null ? [] : silentColumns(describe, selection.columns, stream.refreshFields ?? []),
      silentFilter: stream.where !== undefined && isSilentFilter(describe, stream.where),
      schema,
      schemaFingerprint: schemaFingerprint(schema, stream.where ?? null),
      warnings: [
        ...selection.warnings,
        ...cursorWarnings(describe, cursor),
        ...(cursor === null
          ? [`${describe.name} has no field that tells when a row changed: it is read whole each time.`]
          : []),
        ...deleteWarnings(stream, describe, cursorField)
      ]
    }
  })
}

/** Currencies are never taken back, but their log says otherwise. */
const hasDeleteLog = (describe: ObjectDescribe): boolean =>
  describe.replicateable && describe.name !== "CurrencyType"

/** Old rows of these leave Salesforce because their time is over, not because somebody deleted them. */
const retained = /(History|Feed|EventLogFile)$/

const keepsMissing = (stream: ObjectStream, describe: ObjectDescribe): boolean =>
  (stream.onMissing ?? (retained.test(describe.name) ? "keep" : "delete")) === "keep"

const deleteWarnings = (
  stream: ObjectStream,
  describe: ObjectDescribe,
  cursorField: string | null
): ReadonlyArray<string> =>
  cursorField !== null && describe.deletable && !hasDeleteLog(describe) && !keepsMissing(stream, describe)
    ? [
        `Salesforce keeps no log of deletes of ${describe.name}: rows that leave it for good are found when all Ids are compared (\`refresh.reconcile\`).`
      ]
    : []

const schemaOf = (
  spec: Spec,
  stream: ObjectStream,
  name: string,
  describe: ObjectDescribe,
  selection: FieldSelection,
  guard: string | null
): StreamSchema => {
  const has = (column: string): boolean => selection.columns.some((found) => found.name === column)
  // Rows of objects without a recycle bin need a mark of our own.
  const { deletes } = spec.destination
  const keeps = keepsMissing(stream, describe)
  const marks = describe.deletable && deletes.hard === "mark" && !keeps
  const flag = has("IsDeleted") || marks ? "IsDeleted" : null
  return {
    stream: name,
    table: name,
    key: has("Id") ? ["Id"] : null,
    guard,
    deletes: { ...deletes, flag, ...(keeps ? { absent: "keep" as const } : {}) },
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
