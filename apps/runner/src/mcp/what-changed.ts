/**
 * What changed since a time, as the copy has it. A changed row's cursor value moved; a hard delete moves none, so a
 * deleted row also counts by the time when Decant saw that it was gone.
 */
import type { StreamCheckpoint } from "@decant/connector"
import { DateTime, Effect, Option } from "effect"
import type * as Tool from "effect/ai/Tool"
import { type OpenedCopy, openCopy } from "./copy-reading.ts"
import { type CopyTable, stateSchema } from "./copy-tables.ts"
import type { CopyTools } from "./copy-tools.ts"
import type { Desk } from "./desk.ts"
import { dataNotice } from "./limits.ts"
import { recordLink } from "./record-link.ts"
import { ToolFailure } from "./tool-failure.ts"

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Field of Salesforce → column, for one stream. */
type Columns = ReadonlyMap<string, string>

interface StreamTable {
  readonly stream: string
  readonly table: CopyTable
  readonly columns: Columns
}

const mappingSql = (schema: string): string =>
  `SELECT stream, table_name, field, column_name FROM ${stateSchema}.fields WHERE schema_name = '${schema.replaceAll("'", "''")}'`

const streamTables = Effect.fnUntraced(function* ({ destination, schema, tables }: OpenedCopy) {
  const found = yield* destination.query(mappingSql(schema), { maxRows: 100_000, seconds: 60 })
  const streams = new Map<string, { table: string; columns: Map<string, string> }>()
  for (const [stream, table, field, column] of found.rows.map((row) => row.map(String))) {
    if (stream === undefined || table === undefined || field === undefined || column === undefined) continue
    const one = streams.get(stream) ?? { table, columns: new Map() }
    one.columns.set(field, column)
    streams.set(stream, one)
  }
  return [...streams].flatMap(([stream, { table: name, columns }]): ReadonlyArray<StreamTable> => {
    const table = tables.find((one) => one.name === name && one.schema === schema)
    if (table === undefined) return []
    const open = new Set(table.columns.map((column) => column.name))
    return [{ stream, table, columns: new Map([...columns].filter(([, column]) => open.has(column))) }]
  })
})

/** What people call a record. */
const nameFields = ["Name", "Subject", "CaseNumber", "LastName", "Title", "DeveloperName"]

const readChanges = Effect.fnUntraced(function* (of: {
  readonly copy: OpenedCopy
  readonly one: StreamTable
  readonly cursor: string
  readonly since: string
  readonly limit: number
  readonly link: (id: string) => string | null
}) {
  const { copy, one, cursor, since, limit, link } = of
  const { destination } = copy
  const column = (field: string): string | null => {
    const name = one.columns.get(field)
    return name === undefined ? null : quoted(name)
  }
  const id = column("Id") ?? "NULL"
  const name = nameFields.map(column).find((found) => found !== null) ?? "NULL"
  const deleted = column("IsDeleted") ?? "FALSE"
  const seen = one.table.columns.some((found) => found.name === "_decant_as_of") ? "_decant_as_of" : cursor
  const from = `${quoted(one.table.schema)}.${quoted(one.table.name)}`
  const time = `TIMESTAMPTZ '${since}'`
  const where = `${cursor} >= ${time} OR (${deleted} AND ${seen} >= ${time})`
  const limits = { maxRows: limit, seconds: 120 }
  const counts = yield* destination.query(
    `SELECT count(*), count(*) FILTER (WHERE ${deleted}) FROM ${from} WHERE ${where}`,
    limits
  )
  const newest = yield* destination.query(
    `SELECT ${id}, ${name}, ${cursor}, ${deleted} FROM ${from} WHERE ${where} ORDER BY 3 DESC LIMIT ${limit}`,
    limits
  )
  const [changed, gone] = counts.rows[0] ?? []
  const textOr = (value: unknown): string | null => (value === null ? null : String(value).slice(0, 300))
  return {
    changed: Number(changed),
    deleted: Number(gone),
    newest: newest.rows.map(([id, name, at, isDeleted]) => ({
      id: textOr(id),
      name: textOr(name),
      changedAt: textOr(at),
      deleted: isDeleted === true,
      link: id === null ? null : link(String(id))
    }))
  }
})

const wantedStreams = (
  checkpoints: Readonly<Record<string, StreamCheckpoint>>,
  wanted: ReadonlyArray<string> | undefined
): ReadonlyArray<string> =>
  Object.keys(checkpoints).filter(
    (stream) => wanted === undefined || wanted.some((name) => name.toLowerCase() === stream.toLowerCase())
  )

export const whatChanged = Effect.fnUntraced(function* (
  desk: Desk,
  of: Tool.Parameters<(typeof CopyTools)["tools"]["what_changed"]>
) {
  const instant = DateTime.make(of.since)
  if (Option.isNone(instant)) {
    return yield* ToolFailure.refused("`since` is not a time.", "Give it as ISO text: 2026-11-21T00:00:00Z.")
  }
  const since = DateTime.formatIso(instant.value)
  const copy = yield* openCopy(desk)
  const stored = yield* copy.destination.checkpoints
  const all = yield* streamTables(copy)
  const limit = Math.min(of.limit ?? 10, desk.limits.rows)
  const link = recordLink(desk.specFile.spec.source.environment)
  const streams: Array<
    { readonly stream: string; readonly upTo: string | null } & Effect.Success<ReturnType<typeof readChanges>>
  > = []
  const notCovered: Array<string> = []
  for (const stream of wantedStreams(stored.streams, of.streams)) {
    const checkpoint = stored.streams[stream]
    const one = all.find((table) => table.stream === stream)
    const cursorField = checkpoint?.cursorField ?? null
    const cursor = cursorField === null ? undefined : one?.columns.get(cursorField)
    if (one === undefined) notCovered.push(`${stream}: agents may not read its table`)
    else if (cursor === undefined) notCovered.push(`${stream}: it has no time of change to ask by`)
    else {
      const changes = yield* readChanges({ copy, one, cursor: quoted(cursor), since, limit, link })
      streams.push({ stream, upTo: checkpoint?.cursor ?? null, ...changes })
    }
  }
  const less = streams.some(({ changed, newest }) => newest.length < changed)
  return {
    notice: dataNotice,
    cut: less
      ? "Of some streams only the newest changes are shown; `changed` counts them all. query_copy shows the rest."
      : null,
    streams,
    notCovered
  }
}, Effect.scoped)
