/**
 * Masked values never reach the server: files of a stream that masks are rewritten here first, cell by cell as text,
 * with HMAC-SHA-256 (RFC 2104) in the place of what is masked. DuckDB does it, so no row becomes an object here either.
 */
import { join } from "node:path"
import type { SegmentFile, StreamSchema } from "@decant/connector"
import { DuckDBInstance } from "@duckdb/node-api"
import { Effect, type Scope } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { failureOf as duckdbFailure } from "../duckdb/duckdb-failure.ts"
import { loadMaskKeys, type MaskKeys } from "../duckdb/masks.ts"
import type { Batch } from "../duckdb-sql/batches.ts"
import { hmac } from "../duckdb-sql/column-values.ts"
import { readFiles } from "../duckdb-sql/read-files.ts"
import type { Statements } from "../duckdb-sql/sql.ts"
import { privateFolder } from "../private-folder.ts"
import { identifier, literal } from "../sql-text.ts"
import type { FileOf } from "./stage.ts"

const settings = (folder: string): Record<string, string> => ({
  temp_directory: folder,
  memory_limit: "1GiB",
  threads: "2",
  preserve_insertion_order: "true",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false"
})

interface Bench {
  readonly sql: Statements
  readonly folder: string
}

/** A DuckDB that knows the keys; it goes with the scope, and its folder too. */
export const openBench = Effect.fnUntraced(function* (
  stream: string,
  names: ReadonlyArray<string>,
  keys: MaskKeys
): Effect.fn.Return<Bench, DestinationError, Scope.Scope> {
  const folder = yield* privateFolder((cause) => duckdbFailure("the temporary folder", cause))
  const attempt = <A>(run: () => Promise<A>) =>
    Effect.uninterruptible(
      Effect.tryPromise({ try: run, catch: (cause) => duckdbFailure("a downloaded file", cause) })
    )
  const connection = yield* Effect.acquireRelease(
    attempt(async () => {
      const instance = await DuckDBInstance.create(":memory:", settings(folder))
      return { instance, connection: await instance.connect() }
    }),
    (open) =>
      Effect.sync(() => {
        open.connection.closeSync()
        open.instance.closeSync()
      })
  )
  const sql: Statements = {
    run: (text, parameters) =>
      attempt(async () => (await connection.connection.run(text, parameters)).rowsChanged),
    rows: (text, parameters) =>
      attempt(async () => (await connection.connection.runAndReadAll(text, parameters)).getRowObjectsJS())
  }
  yield* loadMaskKeys(sql, maskedBy(stream, names), keys)
  return { sql, folder }
})

/** Texts of the file's one column and what they become, beside each other. */
export const hashColumn = (
  { sql }: Bench,
  keyName: string,
  path: string,
  to: string
): Effect.Effect<number, DestinationError> =>
  sql.run(
    `COPY (SELECT value, ${hmac("value", keyName)} AS masked FROM read_csv(${literal(path)}, columns = {'value': 'VARCHAR'},
       header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false,
       max_line_size = 16777216, buffer_size = 33554432)) TO ${literal(to)} (FORMAT csv, HEADER true, FORCE_QUOTE (value, masked))`
  )

/** As much of a schema as the loading of keys looks at. */
const maskedBy = (stream: string, names: ReadonlyArray<string>): StreamSchema => ({
  stream,
  table: stream,
  key: null,
  guard: null,
  deletes: { soft: "mark", hard: "mark", flag: null },
  history: false,
  views: [],
  columns: names.map((name) => ({
    name,
    label: name,
    type: { kind: "text" },
    from: { header: name },
    mask: { hmac: name }
  }))
})

const maskedHeaders = (schema: StreamSchema): ReadonlyMap<string, string> =>
  new Map(
    schema.columns.flatMap((column) =>
      column.mask !== undefined && "header" in column.from
        ? [[column.from.header, column.mask.hmac] as const]
        : []
    )
  )

const rewrite = (
  bench: Bench,
  batch: Batch,
  file: SegmentFile,
  masks: ReadonlyMap<string, string>,
  to: string
): Effect.Effect<number, DestinationError> => {
  const types = new Map(batch.header.map((header) => [header, "VARCHAR"]))
  const cells = batch.header.map((header) => {
    const key = masks.get(header)
    const cell = identifier(header)
    return key === undefined ? cell : `${hmac(cell, key)} AS ${cell}`
  })
  const one = { ...batch, files: batch.files.filter((entry) => entry.file === file) }
  return bench.sql.run(
    `COPY (SELECT ${cells.join(", ")} FROM (${readFiles(one, types)})) TO ${literal(to)}
      (FORMAT csv, HEADER true, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR '', FORCE_QUOTE (${batch.header.map(identifier).join(", ")}))`
  )
}

/** Where the bytes of each file are read from; rewritten ones go with the scope. */
export const maskedFiles = Effect.fnUntraced(function* (
  schema: StreamSchema,
  batches: ReadonlyArray<Batch>,
  keys: MaskKeys
): Effect.fn.Return<FileOf, DestinationError, Scope.Scope> {
  const masks = maskedHeaders(schema)
  const affected = batches.filter((batch) => batch.header.some((header) => masks.has(header)))
  if (affected.length === 0) return (path, gzip) => ({ path, gzip })
  const bench = yield* openBench(schema.stream, [...new Set(masks.values())], keys)
  const rewritten = new Map<string, string>()
  for (const batch of affected) {
    for (const { file } of batch.files) {
      const to = join(bench.folder, `masked-${rewritten.size}.csv`)
      yield* rewrite(bench, batch, file, masks, to)
      rewritten.set(file.path, to)
    }
  }
  return (path, gzip) => {
    const found = rewritten.get(path)
    return found === undefined ? { path, gzip } : { path: found, gzip: false }
  }
})
