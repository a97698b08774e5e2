/**
 * Looks whether anything of a record is left: asks the tables for its key, and searches the bytes of the files for
 * its texts. A text that another row holds as well is no trace of the record.
 */
import { existsSync } from "node:fs"
import { open } from "node:fs/promises"
import type { Erasure } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { identifier } from "../sql-text.ts"
import { failureOf } from "./duckdb-failure.ts"
import type { ErasedRows } from "./erase-rows.ts"

type Proof = Erasure["proof"][number]

/** Shorter ones stand in any file by chance. */
const leastBytes = 6
const mostCharacters = 200
const chunkBytes = 8 * 1024 * 1024

const needlesOf = (texts: ReadonlySet<string>): ReadonlyArray<string> => [
  ...new Set(
    [...texts]
      .map((text) => [...text].slice(0, mostCharacters).join(""))
      .filter((text) => Buffer.byteLength(text) >= leastBytes)
  )
]

const searchFile = async (path: string, needles: ReadonlyArray<string>): Promise<ReadonlySet<string>> => {
  const found = new Set<string>()
  const wanted = needles.map((text) => ({ text, bytes: Buffer.from(text, "utf8") }))
  const overlap = Math.max(0, ...wanted.map(({ bytes }) => bytes.length - 1))
  const buffer = Buffer.alloc(chunkBytes + overlap)
  const handle = await open(path, "r")
  try {
    let kept = 0
    for (;;) {
      const { bytesRead } = await handle.read(buffer, kept, chunkBytes)
      if (bytesRead === 0) return found
      const chunk = buffer.subarray(0, kept + bytesRead)
      for (const { text, bytes } of wanted) if (!found.has(text) && chunk.includes(bytes)) found.add(text)
      const rest = Math.min(overlap, chunk.length)
      chunk.copy(buffer, 0, chunk.length - rest)
      kept = rest
    }
  } finally {
    await handle.close()
  }
}

const asText = (name: string, type: string): string => {
  const column = identifier(name)
  if (type === "VARCHAR") return column
  return type === "VARCHAR[]" ? `array_to_string(${column}, chr(31))` : `CAST(${column} AS VARCHAR)`
}

/** The tables whose rows, or whose descriptions, hold the text too. */
const heldElsewhere = Effect.fnUntraced(function* (sql: Sql, text: string) {
  const columns = yield* sql.rows(
    `SELECT schema_name AS schema, table_name AS table, column_name AS name, data_type AS type FROM duckdb_columns()
      WHERE database_name = 'target' AND contains(data_type, 'VARCHAR') AND NOT internal
        AND table_oid IN (SELECT table_oid FROM duckdb_tables() WHERE database_name = 'target')`
  )
  const tables = Map.groupBy(columns, ({ schema, table }) =>
    ["target", String(schema), String(table)].map(identifier).join(".")
  )
  const holders: Array<string> = []
  for (const [table, cells] of tables) {
    const any = cells
      .map(({ name, type }) => `contains(${asText(String(name), String(type))}, $text)`)
      .join(" OR ")
    const rows = yield* sql.rows(`SELECT 1 FROM ${table} WHERE ${any} LIMIT 1`, { text })
    if (rows.length > 0) holders.push(cells.map(({ schema, table: name }) => `${schema}.${name}`)[0] ?? table)
  }
  const described = yield* sql.rows(
    `SELECT 1 FROM (SELECT comment AS text FROM duckdb_columns() WHERE database_name = 'target'
       UNION ALL SELECT sql FROM duckdb_views() WHERE database_name = 'target'
       UNION ALL SELECT sql FROM duckdb_tables() WHERE database_name = 'target') WHERE contains(text, $text) LIMIT 1`,
    { text }
  )
  return described.length > 0 ? [...holders, "descriptions of tables"] : holders
})

export interface Search {
  readonly proof: ReadonlyArray<Proof>
  /** Tables whose other rows hold texts that the record held as well. */
  readonly shared: ReadonlyArray<string>
}

const bytesMethod = (needles: ReadonlyArray<string>): string =>
  `written anew; its bytes searched for ${needles.length} texts of the record that no other row holds`

/** Inside `attached`, after the files were written anew: `target` holds what they hold. */
export const proveErased = Effect.fnUntraced(function* (
  sql: Sql,
  erased: ErasedRows,
  files: ReadonlyArray<string>
): Effect.fn.Return<Search, DestinationError> {
  const proof: Array<Proof> = []
  for (const { place, sql: table, condition } of erased.places) {
    const [row] = yield* sql.rows(`SELECT count(*)::DOUBLE AS found FROM ${table} WHERE ${condition}`)
    proof.push({ place, method: "rows of its key counted", found: Number(row?.found) })
  }
  const needles = needlesOf(erased.texts)
  const holders = new Map<string, ReadonlyArray<string>>()
  for (const path of files.filter((file) => existsSync(file))) {
    const hits = yield* Effect.tryPromise({
      try: () => searchFile(path, needles),
      catch: (cause) => failureOf(path, cause)
    })
    for (const text of hits) if (!holders.has(text)) holders.set(text, yield* heldElsewhere(sql, text))
    const found = [...hits].filter((text) => holders.get(text)?.length === 0).length
    proof.push({ place: path, method: bytesMethod(needles), found })
  }
  return { proof, shared: [...new Set([...holders.values()].flat())].sort() }
})
