/** What a commit is made against: the stream's tables as the newest version of the log has them. */
import type { Commit } from "@decant/connector"
import { type Prepared, placeOf } from "../duckdb/commit.ts"
import type { Workbench } from "../duckdb/workbench.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import type { TableLayout } from "../table-layout.ts"
import type { AddFile } from "./delta/actions.ts"
import type { TableColumn } from "./delta/table-schema.ts"
import type { StoredTable } from "./load-rows.ts"
import type { ParquetSettings } from "./parquet-settings.ts"
import type { Store } from "./store.ts"
import type { HiddenTable } from "./stream-state.ts"
import type { Snapshots, StreamTable } from "./stream-table.ts"
import type { FilesOf } from "./write-files.ts"

export interface Writer {
  readonly workbench: Workbench
  readonly store: Store
  readonly settings: ParquetSettings
  readonly snapshots: Snapshots
  /** For what a commit cannot hold in memory. */
  readonly folder: string
}

export interface Base {
  readonly table: StreamTable
  /** The visible table, null before it is published. */
  readonly visible: StoredTable | null
  /** The generation that this commit goes on with. */
  readonly hidden: StoredTable | null
  readonly hiddenTable: string
  readonly isHidden: boolean
  /** The generation takes the place of rows that are visible. */
  readonly replaces: boolean
  /** Versions that are kept already, whether or not the spec still asks for them. */
  readonly history: StoredTable | null
}

export const publishedGeneration = (table: StreamTable): number | null => {
  const found = table.state?.details.checkpoints[0]?.published_generation
  return typeof found === "number" ? found : null
}

export const baseOf = (commit: Commit, layout: TableLayout, table: StreamTable): Base => {
  const details = table.state?.details
  const state =
    table.state === null
      ? null
      : {
          checkpoint: table.state.checkpoint,
          published: publishedGeneration(table),
          layout: null,
          table: layout.table
        }
  const place = placeOf(commit, layout, state)
  const { folder, snapshot } = table
  const columns = details?.columns ?? null
  const visible = columns === null ? null : { folder, columns, files: [...snapshot.files.values()] }
  const stands = details?.hidden ?? null
  const goesOn = stands?.generation === commit.checkpoint.generation
  return {
    table,
    visible,
    hidden: stands !== null && goesOn ? { folder, columns: stands.columns, files: stands.files } : null,
    hiddenTable: place.hidden ? place.table : "",
    isHidden: place.hidden,
    replaces: place.hidden && commit.publish && visible !== null,
    history: details?.history ? { ...details.history, folder: details.history.table } : null
  }
}

export interface Work {
  readonly writer: Writer
  readonly sql: Sql
  readonly orgId: string
  readonly prepared: Prepared
  readonly base: Base
  /** One of several writers of the stream: who loses the log to another tries again. */
  readonly isPart: boolean
}

export const filesOf = (
  { writer, sql, prepared, isPart }: Work,
  folder: string,
  columns: FilesOf["columns"]
): FilesOf => ({
  store: writer.store,
  sql,
  folder,
  // Which version a part will have is not known when its files are written.
  version: isPart ? "part" : prepared.commit.checkpoint.version,
  columns,
  leading: [
    ...(prepared.layout.key ?? []).map(({ name }) => name),
    ...(prepared.layout.guard === null ? [] : [prepared.layout.guard.name])
  ]
})

export interface NewTables {
  readonly visible: StoredTable | null
  readonly hidden: HiddenTable | null
  readonly history: {
    readonly table: string
    readonly columns: ReadonlyArray<TableColumn>
    readonly files: ReadonlyArray<AddFile>
  } | null
}

export interface Concluding {
  readonly writer: Writer
  readonly sql: Sql
  readonly orgId: string
  readonly layout: TableLayout
  readonly commit: Commit
  readonly table: StreamTable
  readonly isPart: boolean
}
