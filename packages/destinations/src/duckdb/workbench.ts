/**
 * The in-memory DuckDB in which commits are prepared, and the database file attached to it only while a
 * transaction runs, so that analysts can open the file between commits.
 *
 * DuckDB locks a file per process, by the operating system's locks, which one process cannot hold against
 * itself: two instances of one process would both get the file. `path` permits keep them apart.
 */
import { mkdir } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname } from "node:path"
import type { MemoryUse } from "@decant/connector"
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { Duration, Effect, Exit, type Scope, Semaphore } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { privateFolder } from "../private-folder.ts"
import { literal } from "../sql-text.ts"
import { failureOf, textOf } from "./duckdb-failure.ts"
import { type Patience, whenUnlocked } from "./lock-wait.ts"
import { firstLimit, type MemoryPlan, memoryPlan } from "./memory.ts"

/** `probe` reads without waiting for a lock. */
export type Access = "read" | "write" | "probe"

export interface Workbench {
  readonly memory: MemoryPlan
  /** The connection for one caller at a time, the file not yet attached. Temporary tables are dropped after it. */
  readonly use: <A>(
    body: (sql: Sql) => Effect.Effect<A, DestinationError>
  ) => Effect.Effect<A, DestinationError>
  /** Inside `use`: waits for the file's lock, attaches it, runs the body, detaches it whatever happens. */
  readonly attached: <A>(
    sql: Sql,
    access: Access,
    body: Effect.Effect<A, DestinationError>
  ) => Effect.Effect<A, DestinationError>
}

const permits = new Map<string, Semaphore.Semaphore>()

/** Held by whoever in this process has the file open. */
export const pathPermit = (path: string): Semaphore.Semaphore => {
  const found = permits.get(path) ?? Semaphore.makeUnsafe(1)
  permits.set(path, found)
  return found
}

const settings = (folder: string, memory: MemoryPlan): Record<string, string> => ({
  temp_directory: folder,
  memory_limit: firstLimit(memory),
  allocator_bulk_deallocation_flush_threshold: `${memory.giveBack}MiB`,
  threads: String(memory.threads),
  preserve_insertion_order: "false",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false"
})

interface Open {
  readonly instance: DuckDBInstance
  readonly connection: DuckDBConnection
}

const close = (open: Open): void => {
  open.connection.closeSync()
  open.instance.closeSync()
}

const describe = async (connection: DuckDBConnection, source: string) => {
  try {
    const read = await connection.runAndReadAll(`DESCRIBE ${source}`)
    return read
      .getRowObjectsJS()
      .map((row) => ({ name: String(row.column_name), type: String(row.column_type) }))
  } catch (cause) {
    if (/^Catalog Error: Table with name .* does not exist/.test(textOf(cause))) return null
    throw cause
  }
}

export const sqlOf = (path: string, connection: DuckDBConnection): Sql => {
  // An interruption waits for the statement: DuckDB goes on with it anyway, on the same connection.
  const attempt = <A>(run: () => Promise<A>) =>
    Effect.uninterruptible(Effect.tryPromise({ try: run, catch: (cause) => failureOf(path, cause) }))
  return {
    run: (sql, parameters) => attempt(async () => (await connection.run(sql, parameters)).rowsChanged),
    rows: (sql, parameters) =>
      attempt(async () => (await connection.runAndReadAll(sql, parameters)).getRowObjectsJS()),
    columns: (source) => attempt(() => describe(connection, source))
  }
}

/** ATTACH makes the file if there is none, so its folder is made first. */
const attach = async (path: string, connection: DuckDBConnection, access: Access): Promise<void> => {
  if (access === "write") await mkdir(dirname(path), { recursive: true })
  const mode = access === "write" ? "" : " (READ_ONLY)"
  await connection.run(`ATTACH ${literal(path)} AS target${mode}`)
}

export const openWorkbench = Effect.fnUntraced(function* (
  options: Patience & { readonly memory?: MemoryUse | undefined }
): Effect.fn.Return<Workbench, DestinationError, Scope.Scope> {
  const folder = yield* privateFolder((cause) => failureOf(tmpdir(), cause))
  const memory = memoryPlan(options.memory)
  let open: Open | null = null
  const discard = Effect.sync(() => {
    if (open !== null) close(open)
    open = null
  })
  yield* Effect.addFinalizer(() => discard)

  const start = async (): Promise<Open> => {
    const instance = await DuckDBInstance.create(":memory:", settings(folder, memory))
    const connection = await instance.connect()
    await connection.run("SET TimeZone = 'UTC'")
    await connection.run("PRAGMA disable_checkpoint_on_shutdown")
    return { instance, connection }
  }
  // A process must not end under a statement that runs, so nobody is let go before the start is over.
  const connection = Effect.uninterruptible(
    Effect.suspend(() =>
      open !== null
        ? Effect.succeed(open.connection)
        : Effect.tryPromise({
            try: async () => {
              open = await start()
              return open.connection
            },
            catch: (cause) => failureOf(options.path, cause)
          })
    )
  )

  const turn = Semaphore.makeUnsafe(1)
  let made = false
  /** Says whether there is something to drop. */
  const watched = (sql: Sql): Sql => ({
    ...sql,
    run: (text, parameters) => {
      made ||= /\bTEMP TABLE\b/.test(text)
      return sql.run(text, parameters)
    }
  })
  const dropTemporary = Effect.fnUntraced(function* (sql: Sql) {
    if (!made) return
    const tables = yield* sql.rows("SELECT table_name AS name FROM duckdb_tables() WHERE temporary")
    for (const { name } of tables) yield* sql.run(`DROP TABLE temp."${String(name)}"`)
    made = false
  })

  const use: Workbench["use"] = (body) =>
    turn.withPermit(
      Effect.gen(function* () {
        const sql = watched(sqlOf(options.path, yield* connection))
        return yield* body(sql).pipe(
          // After a failure the instance may hold a broken transaction or database: a new one costs 20 ms.
          Effect.onExit((exit) =>
            Exit.isSuccess(exit) ? Effect.catch(dropTemporary(sql), () => discard) : discard
          )
        )
      })
    )

  const attached: Workbench["attached"] = (sql, access, body) =>
    pathPermit(options.path).withPermit(
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const current = yield* connection
          const patience = access === "probe" ? { ...options, lockTimeout: Duration.zero } : options
          yield* restore(whenUnlocked(patience, () => attach(options.path, current, access)))
          return yield* body.pipe(
            Effect.onExit((exit) =>
              Exit.isSuccess(exit) ? Effect.catch(sql.run("DETACH target"), () => discard) : discard
            )
          )
        })
      )
    )

  return { memory, use, attached }
})
