/** What a copy holds now: rows of all its tables, and how far its streams say they are. */
import { readFile } from "node:fs/promises"
import { DuckDBInstance, type Json } from "@duckdb/node-api"
import { ofTable } from "../support/compare.ts"
import type { Copy } from "./copies.ts"

type Row = Readonly<Record<string, unknown>>

interface StoredCheckpoint {
  readonly stream: string
  readonly rows: number
  readonly phase: string
  readonly checkpoint: Row
}

interface CopiedTable {
  readonly rows: ReadonlyArray<Row>
  /** Rows of the view of what is not deleted. */
  readonly live: number
}

export interface CopyState {
  readonly tables: ReadonlyMap<string, CopiedTable>
  readonly checkpoints: ReadonlyArray<StoredCheckpoint>
  /** What the checkpoint file says. */
  readonly mirror: Readonly<Record<string, Row>>
}

export const readCopy = async (copy: Copy): Promise<CopyState> => {
  const instance = await DuckDBInstance.create(copy.database, { access_mode: "READ_ONLY" })
  try {
    const connection = await instance.connect()
    const all = async (sql: string): Promise<ReadonlyArray<Row>> => {
      const result = await connection.runAndReadAll(sql)
      const kinds = result.columnTypes().map(String)
      const names = result.columnNames()
      return result
        .getRowsJson()
        .map((cells: ReadonlyArray<Json>) =>
          Object.fromEntries(names.map((name, at) => [name, ofTable(cells[at] ?? null, kinds[at] ?? "")]))
        )
    }
    const tables = new Map<string, CopiedTable>()
    for (const { stream } of copy.streams) {
      const rows = await all(`SELECT * EXCLUDE (_decant_as_of) FROM salesforce."${stream}"`)
      const [live] = await all(`SELECT count(*) AS n FROM salesforce."${stream}_live"`)
      tables.set(stream, { rows, live: Number(live?.n) })
    }
    const stored = await all("SELECT stream, rows, phase, checkpoint FROM _decant.checkpoints")
    connection.closeSync()
    const mirror = JSON.parse(await readFile(copy.checkpointFile, "utf8"))
    return {
      tables,
      checkpoints: stored.map(({ stream, rows, phase, checkpoint }) => ({
        stream: String(stream),
        rows: Number(rows),
        phase: String(phase),
        checkpoint: JSON.parse(String(checkpoint))
      })),
      mirror: mirror.streams
    }
  } finally {
    instance.closeSync()
  }
}
