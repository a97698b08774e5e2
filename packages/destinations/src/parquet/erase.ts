/**
 * Erases a record: the parts of the tables that hold it are written without it, and that is committed; then every
 * older file of the stream goes at once, whatever `retention` says, and with them the log's older entries, which
 * name keys. Each step can be repeated, so a run that was cut short is finished by running it again.
 */
import { basename } from "node:path"
import type { Erasure } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { eraseRows } from "../duckdb/erase-rows.ts"
import { anyWidth, withEnoughMemory } from "../duckdb/memory.ts"
import { qualified } from "../duckdb/target-table.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { literal } from "../sql-text.ts"
import type { Writer } from "./base.ts"
import { appendState, tombstoneFile } from "./conclude.ts"
import { partsWithin } from "./data-files.ts"
import type { AddFile } from "./delta/actions.ts"
import type { Snapshot } from "./delta/snapshot.ts"
import { proveErased } from "./erasure-proof.ts"
import { loadTable, type StoredTable, storedParts, writeTable } from "./load-rows.ts"
import { eraseFromRuns } from "./runs.ts"
import { loadState, withScratch } from "./scratch.ts"
import type { Details, StreamState } from "./stream-state.ts"
import { readAllStreams, type StreamTable } from "./stream-table.ts"
import { checkpointLog, sweepState } from "./sweep.ts"
import { fileActions } from "./table-actions.ts"
import { followHistory } from "./tidy.ts"

type Stored = StreamTable & { readonly state: StreamState }

const unknown = (stream: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_UNREACHABLE",
    `The destination holds no rows of ${stream}.`,
    "Check the stream's name; `decant status` lists the streams."
  )

/** The stream's tables by the names that they have in `target`. */
const tablesOf = ({ folder, snapshot, state }: Stored): ReadonlyMap<string, StoredTable> => {
  const { columns, hidden, history, table } = state.details
  return new Map([
    ...(columns === null ? [] : [[table, { folder, columns, files: [...snapshot.files.values()] }] as const]),
    ...(hidden === null
      ? []
      : [[hidden.table, { folder, columns: hidden.columns, files: hidden.files }] as const]),
    ...(history === null ? [] : [[history.table, { ...history, folder: history.table }] as const])
  ])
}

interface StoredKey {
  readonly names: ReadonlyArray<string>
  readonly guard: string | null
}

const keyOf = ({ state }: Stored): StoredKey => {
  const text = state.details.checkpoints[0]?.layout
  const layout = typeof text === "string" ? JSON.parse(text) : {}
  return { names: layout.key ?? [], guard: layout.guard ?? null }
}

const withoutRecord = Effect.fnUntraced(function* (
  { writer, sql }: { readonly writer: Writer; readonly sql: Sql },
  stored: Stored,
  key: string
) {
  const { schema } = writer.settings
  const { names, guard } = keyOf(stored)
  const tables = tablesOf(stored)
  const first = names[0]
  const isText = (table: StoredTable) =>
    table.columns.some((column) => column.name === first && column.type === "VARCHAR")
  const column = first !== undefined && [...tables.values()].every(isText) ? first : null
  const from = key.split("\u001f")[0] ?? ""
  yield* loadState(sql, writer.store, schema, stored.state)
  const loaded = new Map()
  for (const [name, table] of tables) {
    const parts = storedParts(table, column)
    const touched =
      column === null ? parts.map((_, at) => at) : partsWithin(parts, { from, to: `${from}\u0000` })
    loaded.set(
      name,
      yield* loadTable(sql, writer.store, { schema, name, column, partly: false }, table, touched)
    )
  }
  const erased = yield* eraseRows(sql, { schema, stream: stored.state.details.stream, key })
  const files = new Map<string, ReadonlyArray<AddFile>>()
  for (const [name, { folder, columns }] of tables) {
    const leading = [...names, ...(guard === null ? [] : [guard])]
    const { version } = stored.state.checkpoint
    const of = { store: writer.store, sql, folder, version, columns, leading }
    files.set(name, yield* writeTable(of, qualified(schema, name), loaded.get(name), false))
  }
  return { erased, files }
})

const detailsWithout = Effect.fnUntraced(function* (
  at: { readonly writer: Writer; readonly sql: Sql },
  { state }: Stored,
  files: ReadonlyMap<string, ReadonlyArray<AddFile>>
): Effect.fn.Return<Details, DestinationError> {
  const { details, checkpoint } = state
  const { hidden, history, stream, tombstones } = details
  return {
    ...details,
    erasures: (details.erasures ?? 0) + 1,
    tombstones: yield* tombstoneFile(at, { stream, version: checkpoint.version }, tombstones),
    hidden: hidden === null ? null : { ...hidden, files: files.get(hidden.table) ?? [] },
    history: history === null ? null : { ...history, files: files.get(history.table) ?? [] }
  }
})

const dataOf = ({ store }: Writer, folder: string | null) =>
  folder === null
    ? Effect.succeed([])
    : Effect.map(store.list(`${folder}/data`), (files) => files.map(({ name }) => name))

/**
 * Of what lay there, only what the newest version needs stays. What has come since is of writers that have seen the
 * erasure, or will see it before they commit.
 */
const purge = Effect.fnUntraced(function* (
  at: { readonly writer: Writer; readonly sql: Sql },
  lay: { readonly folder: string; readonly names: ReadonlyArray<string> },
  snapshot: Snapshot,
  state: StreamState
): Effect.fn.Return<void, DestinationError> {
  const { store } = at.writer
  const { folder } = lay
  const current = [...snapshot.files.keys()].map((path) => basename(decodeURI(path)))
  const hidden = (state.details.hidden?.files ?? []).map(({ path }) => basename(path))
  yield* store.link(folder, new Set(current))
  const kept = new Set([...current, ...hidden])
  const old = lay.names.filter((name) => !kept.has(name))
  yield* store.remove(old.map((name) => `${folder}/data/${name}`))
  yield* checkpointLog(at, folder, snapshot, Number.POSITIVE_INFINITY)
})

const eraseIn = Effect.fnUntraced(function* (
  at: { readonly writer: Writer; readonly sql: Sql },
  stored: Stored,
  key: string
): Effect.fn.Return<Erasure, DestinationError> {
  const { writer } = at
  const { erased, files } = yield* withoutRecord(at, stored, key)
  const details = yield* detailsWithout(at, stored, files)
  const visible = details.columns === null ? [] : (files.get(details.table) ?? [])
  const actions = fileActions(stored.snapshot, visible, Date.now())
  const past = details.history?.table ?? null
  const [names, versions] = [yield* dataOf(writer, stored.folder), yield* dataOf(writer, past)]
  const { snapshot, state } = yield* appendState(at, stored, details, { operation: "ERASE", actions })
  yield* purge(at, { folder: stored.folder, names }, snapshot, state)
  const history = yield* followHistory({ ...at, layout: null }, state)
  if (history !== null && past !== null) yield* purge(at, { folder: past, names: versions }, history, state)
  yield* sweepState(at, state, Number.POSITIVE_INFINITY)
  yield* eraseFromRuns(writer.store, key)
  const folders = [...new Set([...tablesOf(stored).values()].map(({ folder }) => folder))]
  return {
    removed: erased.removed,
    proof: yield* proveErased(at, { stream: details.stream, folders, key, names: keyOf(stored).names })
  }
})

export const eraseFromTables = Effect.fnUntraced(function* (
  writer: Writer,
  stream: string,
  key: string
): Effect.fn.Return<Erasure, DestinationError> {
  const once = (sql: Sql) =>
    Effect.gen(function* () {
      const streams = yield* readAllStreams({ sql, ...writer })
      const stored = streams.find(({ state }) => state.details.stream === stream)
      if (stored === undefined) return yield* unknown(stream)
      const bytes = [...tablesOf(stored).values()]
        .flatMap(({ files }) => files)
        .reduce((sum, { size }) => Math.max(sum, size), 0)
      const at = { folder: writer.folder, schema: writer.settings.schema, bytes }
      return yield* withScratch(sql, at, eraseIn({ writer, sql }, stored, key))
    })
  const { memory, use } = writer.workbench
  const within = (limit: string) =>
    use((sql) => Effect.andThen(sql.run(`SET memory_limit = ${literal(limit)}`), once(sql)))
  return yield* withEnoughMemory(within, memory, { ...anyWidth, rowGroups: true })
})
