/**
 * Looks whether anything of a record is left: asks every Parquet file that lies in the stream's folders for its
 * key, whether or not the log still names the file, and searches everything else for the key and its texts.
 */
import type { Erasure } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { pathLiteral } from "../duckdb-sql/read-files.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { identifier, literal } from "../sql-text.ts"
import type { Writer } from "./base.ts"
import { logFolder } from "./delta/log.ts"
import { stateFolder } from "./stream-state.ts"

type Proof = Erasure["proof"][number]

interface Searched {
  readonly stream: string
  readonly folders: ReadonlyArray<string>
  readonly key: string
  readonly names: ReadonlyArray<string>
}

const rowsLeft = Effect.fnUntraced(function* (
  { writer, sql }: { readonly writer: Writer; readonly sql: Sql },
  folder: string,
  { key, names }: Searched
): Effect.fn.Return<Proof, DestinationError> {
  const { store } = writer
  const files = [
    ...(yield* store.list(`${folder}/data`)).map(({ name }) => `${folder}/data/${name}`),
    ...(yield* store.list(folder)).map(({ name }) => `${folder}/${name}`)
  ].filter((name) => name.endsWith(".parquet"))
  const cells = names.map((name) => `CAST(${identifier(name)} AS VARCHAR)`)
  const isRecord = `${cells.length === 1 ? cells[0] : `concat_ws(chr(31), ${cells.join(", ")})`} = ${literal(key)}`
  const paths = (yield* store.readable(files)).map(pathLiteral).join(", ")
  const rows =
    files.length === 0
      ? []
      : yield* sql.rows(
          `SELECT count(*)::DOUBLE AS found FROM read_parquet([${paths}], union_by_name = true) WHERE ${isRecord}`
        )
  const method = `all ${files.length} Parquet files in the folder read for its key`
  return { place: `${store.location}/${folder}`, method, found: Number(rows[0]?.found ?? 0) }
})

const textsLeft = Effect.fnUntraced(function* (
  { writer }: { readonly writer: Writer; readonly sql: Sql },
  folder: string,
  needles: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<Proof>, DestinationError> {
  const { store } = writer
  const files = yield* store.list(folder)
  if (files.length === 0) return []
  let found = 0
  for (const { name } of files) {
    const bytes = yield* store.read(`${folder}/${name}`)
    if (bytes !== null && needles.some((text) => bytes.includes(text))) found++
  }
  const method = `the bytes of ${files.length} files searched for its key`
  return [{ place: `${store.location}/${folder}`, method, found }]
})

/** The log, the states and the reports hold no values of rows but keys. */
export const proveErased = Effect.fnUntraced(function* (
  at: { readonly writer: Writer; readonly sql: Sql },
  searched: Searched
): Effect.fn.Return<ReadonlyArray<Proof>, DestinationError> {
  const { folders, stream, key } = searched
  const proof = yield* Effect.forEach(folders, (folder) => rowsLeft(at, folder, searched))
  const others = [...folders.map(logFolder), stateFolder(stream), "_decant/runs"]
  const texts = yield* Effect.forEach(others, (folder) => textsLeft(at, folder, [key]))
  return [...proof, ...texts.flat()]
})
