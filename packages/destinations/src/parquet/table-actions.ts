/** What a commit says in a table's log besides its transaction: the schema, and which files came and went. */
import { randomUUID } from "node:crypto"
import { Schema } from "effect"
import type { TableLayout } from "../table-layout.ts"
import { type Action, type AddFile, MetaData, protocol } from "./delta/actions.ts"
import type { Snapshot } from "./delta/snapshot.ts"
import { commentsOf, schemaString, type TableColumn } from "./delta/table-schema.ts"

const comments = (layout: TableLayout | null, before: string | undefined): ReadonlyMap<string, string> =>
  new Map([
    ...commentsOf(before),
    ...(layout?.columns ?? []).map(({ name, column }) => {
      const text = column.describes?.help ? `${column.label}: ${column.describes.help}` : column.label
      return [name.toLowerCase(), text] as const
    })
  ])

const interval = (millis: number): string => `interval ${Math.max(1, Math.round(millis / 3_600_000))} hours`

/** Whatever the order of their keys, which a log that was read gives otherwise than one that was written. */
const sameMetaData = Schema.toEquivalence(MetaData)

/** `metaData` when there is none or it would say something else; the table's id stays for ever. */
export const metaDataFor = (
  snapshot: Snapshot,
  of: {
    readonly name: string
    readonly stream: string
    readonly columns: ReadonlyArray<TableColumn>
    readonly layout: TableLayout | null
    readonly retentionMillis: number
  }
): ReadonlyArray<Action> => {
  const before = snapshot.metaData
  const next: MetaData = {
    id: before?.id ?? randomUUID(),
    name: of.name,
    description: `Copy of ${of.stream} by Decant`,
    format: { provider: "parquet", options: {} },
    schemaString: schemaString(of.columns, comments(of.layout, before?.schemaString)),
    partitionColumns: [],
    configuration: {
      ...before?.configuration,
      "delta.deletedFileRetentionDuration": interval(of.retentionMillis),
      "delta.logRetentionDuration": interval(of.retentionMillis)
    },
    createdTime: before?.createdTime ?? Date.now()
  }
  const same = before !== null && sameMetaData(before, next)
  const first = snapshot.protocol === null ? [{ protocol }] : []
  return same ? first : [...first, { metaData: next }]
}

/** What turns the files that the log has into these. */
export const fileActions = (
  snapshot: Snapshot,
  files: ReadonlyArray<AddFile>,
  now: number
): ReadonlyArray<Action> => {
  const wanted = new Set(files.map((file) => file.path))
  const gone = [...snapshot.files.values()].filter((file) => !wanted.has(file.path))
  return [
    ...gone.map(({ path, size, partitionValues }) => ({
      remove: {
        path,
        deletionTimestamp: now,
        dataChange: true,
        extendedFileMetadata: true,
        partitionValues,
        size
      }
    })),
    ...files
      .filter((file) => !snapshot.files.has(file.path))
      .map((add) => ({ add: { ...add, dataChange: true } }))
  ]
}

export const commitInfo = (operation: string, parameters: Readonly<Record<string, string>>, now: number) => ({
  commitInfo: { timestamp: now, operation, operationParameters: parameters, engineInfo: "Decant" }
})
