/**
 * The history in a SQLite file of Node's own engine. It is a convenience: the destination keeps the reports of all
 * runs. So a file that cannot be read is put aside and a new one begun, and no run fails for it.
 * https://nodejs.org/api/sqlite.html
 */
import { existsSync, renameSync } from "node:fs"
import { join } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { Effect, Layer, type Scope } from "effect"
import { makePrivateFolder } from "../files.ts"
import { RunnerError } from "../runner-error.ts"
import { loadSqlite } from "./load-sqlite.ts"
import { newSpecMemory, RunHistory, type SpecMemory } from "./run-history.ts"
import type { RunLogLine, RunRecord, RunSummary } from "./run-record.ts"
import { ServeSettings } from "./serve-settings.ts"

const format = 1
/** Of each spec: two days of a run every quarter of an hour, half a year of one a day. */
const runsKept = 200

const schema = `
  CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, spec TEXT NOT NULL, queued_at TEXT NOT NULL, over INTEGER NOT NULL,
    summary TEXT NOT NULL, report TEXT
  );
  CREATE INDEX IF NOT EXISTS runs_by_spec ON runs (spec, queued_at);
  CREATE INDEX IF NOT EXISTS runs_by_time ON runs (queued_at);
  CREATE TABLE IF NOT EXISTS lines (
    run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
    at TEXT NOT NULL, level TEXT NOT NULL, message TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS lines_by_run ON lines (run_id);
  CREATE TABLE IF NOT EXISTS specs (spec TEXT PRIMARY KEY, memory TEXT NOT NULL);
`

type Engine = Effect.Success<typeof loadSqlite>

const openFile = (engine: Engine, path: string): DatabaseSync => {
  const database = new engine.DatabaseSync(path)
  try {
    // A crash of the machine may lose the last run's entry, never the file.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON")
    const { user_version: found } = database.prepare("PRAGMA user_version").get() as { user_version: number }
    if (found > format) throw new Error("of a newer Decant")
    database.exec(`${schema}; PRAGMA user_version = ${format}`)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

const openOrBegin = (
  engine: Engine,
  path: string
): { readonly database: DatabaseSync; readonly aside: string | null } => {
  try {
    return { database: openFile(engine, path), aside: null }
  } catch {
    const aside = `${path}.unreadable`
    for (const part of ["", "-wal", "-shm"]) {
      if (existsSync(path + part)) renameSync(path + part, aside + part)
    }
    return { database: openFile(engine, path), aside }
  }
}

const open = (engine: Engine, path: string): Effect.Effect<DatabaseSync, RunnerError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => openOrBegin(engine, path),
      catch: (cause) => RunnerError.file("open the history", path, cause)
    }).pipe(
      Effect.tap(({ aside }) =>
        aside === null
          ? Effect.void
          : Effect.logWarning(`The history could not be read; it lies in ${aside} now, and a new one begins.`)
      ),
      Effect.map(({ database }) => database)
    ),
    (database) => Effect.sync(() => database.close())
  )

/** What no earlier process ended: it was killed, or the machine went down. */
const markLost = (database: DatabaseSync, at: string): void => {
  const rows = database.prepare("SELECT summary FROM runs WHERE NOT over").all() as Array<{ summary: string }>
  const update = database.prepare("UPDATE runs SET summary = ?, over = 1 WHERE run_id = ?")
  for (const { summary } of rows) {
    const run = JSON.parse(summary) as RunSummary
    update.run(JSON.stringify({ ...run, status: "lost", finishedAt: at } satisfies RunSummary), run.runId)
  }
}

const historyOf = (database: DatabaseSync, path: string): RunHistory["Service"] => {
  const insert = database.prepare(
    `INSERT INTO runs (run_id, spec, queued_at, over, summary, report) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (run_id) DO UPDATE SET over = excluded.over, summary = excluded.summary, report = excluded.report`
  )
  const forget = database.prepare(
    `DELETE FROM runs WHERE spec = ?1 AND over AND run_id NOT IN
     (SELECT run_id FROM runs WHERE spec = ?1 ORDER BY queued_at DESC, run_id DESC LIMIT ${runsKept})`
  )
  const one = database.prepare("SELECT summary, report FROM runs WHERE run_id = ?")
  const page = database.prepare(
    `SELECT summary FROM runs WHERE (?1 IS NULL OR spec = ?1)
       AND (?2 IS NULL OR (queued_at, run_id) < (SELECT queued_at, run_id FROM runs WHERE run_id = ?2))
     ORDER BY queued_at DESC, run_id DESC LIMIT ?3`
  )
  const last = database.prepare(
    `SELECT summary, report FROM runs JOIN
       (SELECT spec AS s, max(queued_at) AS q FROM runs WHERE report IS NOT NULL GROUP BY spec)
     ON spec = s AND queued_at = q WHERE report IS NOT NULL`
  )
  const addLine = database.prepare("INSERT INTO lines (run_id, at, level, message) VALUES (?, ?, ?, ?)")
  const lines = database.prepare("SELECT at, level, message FROM lines WHERE run_id = ? ORDER BY rowid")
  const getMemory = database.prepare("SELECT memory FROM specs WHERE spec = ?")
  const setMemory = database.prepare(
    "INSERT INTO specs VALUES (?, ?) ON CONFLICT (spec) DO UPDATE SET memory = excluded.memory"
  )

  const attempt = <A>(doing: string, run: () => A): Effect.Effect<A, RunnerError> =>
    Effect.try({ try: run, catch: (cause) => RunnerError.file(doing, path, cause) })
  const recordOf = (row: unknown): RunRecord => {
    const { summary, report } = row as { summary: string; report: string | null }
    return { ...JSON.parse(summary), report: report === null ? null : JSON.parse(report) }
  }
  const memoryOf = (spec: string): SpecMemory => {
    const row = getMemory.get(spec) as { memory: string } | undefined
    return row === undefined ? newSpecMemory : { ...newSpecMemory, ...JSON.parse(row.memory) }
  }

  return {
    save: ({ report, ...summary }) =>
      attempt("write", () => {
        const over = summary.finishedAt === null ? 0 : 1
        const text = report === null ? null : JSON.stringify(report)
        insert.run(summary.runId, summary.spec, summary.queuedAt, over, JSON.stringify(summary), text)
        forget.run(summary.spec)
      }),
    get: (runId) =>
      attempt("read", () => {
        const row = one.get(runId)
        return row === undefined ? null : recordOf(row)
      }),
    list: ({ spec, limit, before }) =>
      attempt("read", () =>
        page.all(spec, before, limit).map((row) => JSON.parse((row as { summary: string }).summary))
      ),
    lastReports: attempt("read", () => last.all().map(recordOf)),
    addLog: (runId, added) =>
      attempt("write", () => {
        for (const { at, level, message } of added) addLine.run(runId, at, level, message)
      }),
    log: (runId) =>
      attempt("read", () => lines.all(runId).map((row) => ({ ...row }) as unknown as RunLogLine)),
    memory: (spec) => attempt("read", () => memoryOf(spec)),
    remember: (spec, part) =>
      attempt("write", () => void setMemory.run(spec, JSON.stringify({ ...memoryOf(spec), ...part })))
  }
}

export const sqliteHistory = Layer.effect(
  RunHistory,
  Effect.gen(function* () {
    const { stateFolder } = yield* ServeSettings
    yield* makePrivateFolder(stateFolder)
    const path = join(stateFolder, "serve.sqlite")
    const database = yield* open(yield* loadSqlite, path)
    const now = new Date().toISOString()
    yield* Effect.try({
      try: () => markLost(database, now),
      catch: (cause) => RunnerError.file("read the history", path, cause)
    })
    return historyOf(database, path)
  })
)
