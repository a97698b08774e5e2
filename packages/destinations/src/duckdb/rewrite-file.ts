/**
 * The database written anew, from the rows that it holds now. DuckDB marks pages of removed rows as free and
 * leaves their bytes, so only another file has none of them. The old file stays locked until the new one has
 * taken its place, so that nobody writes into it in between.
 */
import { chmod, realpath, rm, stat } from "node:fs/promises"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { sweepBeside, takePlace, temporaryBeside } from "../durable-file.ts"
import { identifier, literal } from "../sql-text.ts"
import { failureOf } from "./duckdb-failure.ts"

const notWhole = (path: string, table: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_FAILED",
    `The new file for ${path} does not hold all rows of ${table}. The old file was left in place.`,
    "Run the command again; if it happens again, report it with this message."
  )

const checkWhole = Effect.fnUntraced(function* (sql: Sql, path: string) {
  const tables = yield* sql.rows(
    "SELECT schema_name AS schema, table_name AS name FROM duckdb_tables() WHERE database_name = 'target'"
  )
  for (const { schema, name } of tables) {
    const table = `${identifier(String(schema))}.${identifier(String(name))}`
    const [same] = yield* sql.rows(
      `SELECT (SELECT count(*) FROM target.${table}) = (SELECT count(*) FROM fresh.${table}) AS same`
    )
    if (same?.same !== true) return yield* notWhole(path, table)
  }
})

const onDisk = <A>(path: string, run: () => Promise<A>): Effect.Effect<A, DestinationError> =>
  Effect.tryPromise({ try: run, catch: (cause) => failureOf(path, cause) })

/** Inside `attached`; everything is in the file when this returns. */
export const rewriteFile = Effect.fnUntraced(function* (
  sql: Sql,
  path: string
): Effect.fn.Return<void, DestinationError> {
  yield* sql.run("CHECKPOINT target")
  const place = yield* onDisk(path, () => realpath(path))
  const temporary = temporaryBeside(place)
  yield* onDisk(path, () => sweepBeside(place))
  const copied = Effect.gen(function* () {
    yield* sql.run(`ATTACH ${literal(temporary)} AS fresh`)
    yield* onDisk(path, async () => chmod(temporary, (await stat(place)).mode))
    yield* sql.run("COPY FROM DATABASE target TO fresh")
    yield* checkWhole(sql, path)
    yield* sql.run("CHECKPOINT fresh")
    yield* sql.run("DETACH fresh")
    yield* onDisk(path, () => takePlace(temporary, place))
  })
  yield* Effect.uninterruptible(
    copied.pipe(Effect.onError(() => Effect.promise(() => rm(temporary, { force: true }))))
  )
})
