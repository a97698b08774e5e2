/**
 * The rows of the org, in an embedded DuckDB: one table an object, one column a stored field. Objects and fields
 * keep their Salesforce names; the two further columns are explained in `writes.ts`.
 */
import { join } from "node:path"
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from "@duckdb/node-api"
import { Context, Effect, Semaphore, Stream } from "effect"
import { valueMacros } from "../values/macros.ts"
import { type Field, type FieldType, isStored, type SObject } from "./field.ts"
import { KeptRows } from "./kept-rows.ts"
import { LateRows } from "./late-rows.ts"
import { openSession, type Session } from "./session.ts"

const columnTypes: Readonly<Partial<Record<FieldType, string>>> = {
  boolean: "BOOLEAN",
  currency: "DOUBLE",
  double: "DOUBLE",
  percent: "DOUBLE",
  int: "INTEGER",
  long: "BIGINT",
  date: "DATE",
  datetime: "TIMESTAMP",
  time: "TIME"
}

export const columnType = (field: Field): string => columnTypes[field.type] ?? "VARCHAR"

/** An identifier in SQL. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A text literal in SQL, which cannot hold the character 0 itself. */
export const literal = (text: string): string => {
  const quotes = `'${text.replaceAll("'", "''")}'`
  return text.includes("\0") ? `(${quotes.replaceAll("\0", "' || chr(0) || '")})` : quotes
}

export interface Store {
  /** Runs one statement and returns its rows as arrays. */
  readonly rows: (sql: string, values?: Array<DuckDBValue>) => Effect.Effect<Array<Array<DuckDBValue>>>
  /** The same for what is asked again and again: a short answer is kept until one of the tables it names changes. */
  readonly kept: (sql: string, values?: Array<DuckDBValue>) => Effect.Effect<Array<Array<DuckDBValue>>>
  /** The first column of each row as text, a batch at a time. */
  readonly texts: (sql: string) => Stream.Stream<ReadonlyArray<string>>
  readonly run: (sql: string, values?: Array<DuckDBValue>) => Effect.Effect<void>
  /** Runs a statement that changes no record of the org: cursors, files. */
  readonly aside: (sql: string) => Effect.Effect<void>
  /** Another number after each change of what the org holds. */
  readonly version: () => number
  /** Another number after each change of the tables that a statement names. */
  readonly changedAt: (sql: string) => number
  /** Runs statements one after the other in one transaction; no other transaction runs meanwhile. */
  readonly transaction: (statements: Statements) => Effect.Effect<void>
  /**
   * Runs an effect whose reads and writes are one transaction, undone unless `keep` accepts its result. No other
   * transaction runs meanwhile.
   */
  readonly unit: <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    keep: (result: A) => boolean
  ) => Effect.Effect<A, E, R>
  readonly createTable: (object: SObject) => Effect.Effect<void>
  /** The rows that are not written yet; every statement here waits for those that it needs. */
  readonly late: LateRows
}

/** The connection of the unit that the fiber is in. */
const Unit = Context.Reference<DuckDBConnection | undefined>("salesforce-emulator/org/store/Unit", {
  defaultValue: () => undefined
})

const createTableSql = (object: SObject): string =>
  `CREATE OR REPLACE TABLE ${quoted(object.name)} (${object.fields
    .filter(isStored)
    .map((field) => `${quoted(field.name)} ${columnType(field)}`)
    .join(", ")}, "_purged" BOOLEAN DEFAULT false, "_deleted_at" TIMESTAMP)`

async function* readTexts({ hold }: Session, sql: string) {
  const result = await hold((connection) => connection.stream(sql))
  const next = () => hold(() => result.fetchChunk())
  for (let chunk = await next(); chunk !== null && chunk.rowCount > 0; chunk = await next()) {
    yield chunk.getColumnValues(0).map(String)
  }
}

type Statements = ReadonlyArray<{ readonly sql: string; readonly values?: Array<DuckDBValue> }>

const runAll = async (connection: DuckDBConnection, statements: Statements) => {
  for (const { sql, values } of statements) await connection.run(sql, values)
}

const transact = async (connection: DuckDBConnection, statements: Statements) => {
  await connection.run("BEGIN")
  try {
    await runAll(connection, statements)
    await connection.run("COMMIT")
  } catch (cause) {
    await connection.run("ROLLBACK")
    throw cause
  }
}

export interface StoreOptions {
  /** Takes what does not fit into memory. */
  readonly folder: string
  /**
   * Whether the store is left to the system at the end: giving a gigabyte back takes longer than the whole stop may.
   */
  readonly endsWithProcess: boolean
  /** Whether the rows are kept in the folder, so that memory does not grow with them (0.8 GB a million accounts). */
  readonly onDisk: boolean
}

const memoryOnDisk = "1GB"

/**
 * Of one statement: what it gains from more is lost to whatever else runs on the machine, and two threads that wait for
 * each other's turn to print took nearly twice the CPU time of one.
 */
const threads = 1

/** Longer statements look for many values, and are hardly asked twice. */
const longestKept = 20_000

/**
 * Rows that print themselves are long expressions, and to look through these for equal parts takes a third of a
 * statement's time where the rows are few.
 */
const quickPlans = { disabled_optimizers: "common_subexpressions" }

export const openStore = ({ folder, endsWithProcess, onDisk }: StoreOptions) =>
  Effect.gen(function* () {
    const instance = yield* Effect.acquireRelease(
      Effect.promise(() =>
        DuckDBInstance.create(onDisk ? join(folder, "org.duckdb") : ":memory:", {
          temp_directory: folder,
          threads: String(threads),
          autoinstall_known_extensions: "false",
          autoload_known_extensions: "false",
          ...(onDisk ? { memory_limit: memoryOnDisk } : quickPlans)
        })
      ),
      (opened) => (endsWithProcess ? Effect.void : Effect.sync(() => opened.closeSync()))
    )
    const connect = openSession(instance)
    const withConnection = <A>(use: (connection: DuckDBConnection) => Promise<A>) =>
      Effect.flatMap(Unit, (unit) =>
        unit === undefined
          ? Effect.scoped(Effect.flatMap(connect, ({ hold }) => Effect.promise(() => hold(use))))
          : Effect.promise(() => use(unit))
      )
    const writing = yield* Semaphore.make(1)
    let version = 0
    const kept = new KeptRows()
    const changedAnywhere = Effect.sync(() => {
      version += 1
      kept.changedAnywhere()
    })
    const changed = (statements: Statements) =>
      Effect.sync(() => {
        version += 1
        kept.changed(statements.map(({ sql }) => sql))
      })

    const late = new LateRows((statements) =>
      Effect.scoped(
        Effect.flatMap(connect, ({ hold }) =>
          Effect.promise(() => hold((connection) => transact(connection, statements)))
        )
      )
    )

    const rows: Store["rows"] = (sql, values) =>
      late.before(
        [sql],
        withConnection(async (connection) => (await connection.runAndReadAll(sql, values)).getRows())
      )

    const keptRows: Store["kept"] = (sql, values) =>
      Effect.suspend(() => {
        const key = values === undefined ? sql : JSON.stringify([sql, values])
        const known = kept.find(key, sql)
        if (known !== undefined) return Effect.succeed(known)
        const at = kept.changedAt(sql)
        return Effect.tap(rows(sql, values), (found) => Effect.sync(() => kept.keep(key, at, found)))
      })

    const store: Store = {
      late,
      rows,
      // A unit sees what nobody else does yet.
      kept: (sql, values) =>
        Effect.flatMap(Unit, (unit) =>
          unit === undefined && sql.length <= longestKept ? keptRows(sql, values) : rows(sql, values)
        ),
      changedAt: (sql) => kept.changedAt(sql),
      texts: (sql) =>
        Stream.unwrap(
          Effect.map(Effect.andThen(late.before([sql], Effect.void), connect), (session) =>
            Stream.fromAsyncIterable(readTexts(session, sql), (cause) => cause).pipe(Stream.orDie)
          )
        ),
      run: (sql, values) =>
        late
          .before(
            [sql],
            withConnection((connection) => connection.run(sql, values))
          )
          .pipe(Effect.andThen(changedAnywhere)),
      aside: (sql) =>
        late
          .before(
            [sql],
            withConnection((connection) => connection.run(sql))
          )
          .pipe(Effect.asVoid),
      version: () => version,
      transaction: (statements) =>
        statements.length === 0
          ? Effect.void
          : late
              .before(
                statements.map(({ sql }) => sql),
                Effect.flatMap(Unit, (unit) =>
                  unit === undefined
                    ? withConnection((connection) => transact(connection, statements)).pipe(
                        writing.withPermits(1)
                      )
                    : Effect.promise(() => runAll(unit, statements))
                )
              )
              .pipe(Effect.andThen(changed(statements)), Effect.uninterruptible),
      // A transaction sees nothing that is written beside it.
      unit: (effect, keep) =>
        Effect.scoped(
          Effect.gen(function* () {
            const { connection } = yield* connect
            const say = (word: string) => Effect.promise(() => connection.run(word))
            yield* say("BEGIN")
            const result = yield* effect.pipe(
              Effect.provideService(Unit, connection),
              Effect.onError(() => say("ROLLBACK"))
            )
            yield* say(keep(result) ? "COMMIT" : "ROLLBACK")
            yield* changedAnywhere
            return result
          })
        ).pipe(Effect.uninterruptible, writing.withPermits(1), (unit) => late.beforeAny(unit)),
      createTable: (object) =>
        Effect.sync(() => {
          late.create(object.name, { sql: createTableSql(object) })
          kept.made(object.name)
          version += 1
        })
    }
    yield* store.run(valueMacros)
    return store
  })
