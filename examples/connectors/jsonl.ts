/**
 * A folder of JSONL files as a destination: `<table>/<version>.json` names the file with the rows, and makes it true.
 * It is made only if it is not there yet, so of two writers of one version one fails, whole; a crash before it leaves
 * the version before. DuckDB turns the CSV into JSON: no row becomes a JavaScript object.
 */
import { randomUUID } from "node:crypto"
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Commit, CommitResult, Destination, Failure, Segment, StreamCheckpoint } from "@decant/connector"
import { DuckDBInstance } from "@duckdb/node-api"
import { Effect } from "effect"

/** What stands in `<version>.json`. */
interface Version {
  readonly checkpoint: StreamCheckpoint
  /** Segments whose rows are in `file`. */
  readonly segments: ReadonlyArray<string>
  /** The rows of the generation that is being read or was read last. */
  readonly file: string
  /** What a reader should read; null before the first whole one. */
  readonly visible: string | null
}

const failure = (code: string, message: string): Failure => ({
  _tag: "JsonlError",
  code,
  message,
  fix: "Run it again: what is there is whole.",
  retryable: true,
  disposition: "failed"
})

const failed = (cause: unknown): Failure =>
  typeof cause === "object" && cause !== null && "disposition" in cause
    ? (cause as Failure)
    : failure("JSONL_FAILED", cause instanceof Error ? cause.message : String(cause))

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, Failure> =>
  Effect.tryPromise({ try: run, catch: failed })

const notHere = Effect.fail(failure("JSONL_CANNOT", "A folder of JSONL files cannot do that."))

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`
const name = (value: string): string => `"${value.replaceAll('"', '""')}"`

const csv = ({ files }: Segment): string =>
  files.length === 0
    ? ""
    : `read_csv([${files.map(({ path }) => text(path)).join(", ")}], all_varchar = true, header = true,
        delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = true, strict_mode = true)`

const isTaken = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && cause.code === "EEXIST"

/** The rows before, without the keys that come anew or went, and the new ones: into the file of the next version. */
const writeRows = async (commit: Commit, before: string | null, into: string): Promise<number> => {
  const columns = commit.schema.columns.map((column) => name(column.name))
  const [key = ""] = (commit.schema.key ?? []).map(name)
  const database = await DuckDBInstance.create(":memory:")
  const connection = await database.connect()
  try {
    const empty = columns.map((column) => `NULL::VARCHAR AS ${column}`).join(", ")
    await connection.run(`CREATE TABLE rows AS SELECT ${empty} WHERE false`)
    const shape = commit.schema.columns.map((column) => `${text(column.name)}: 'VARCHAR'`).join(", ")
    if (before !== null) {
      await connection.run(
        `INSERT INTO rows BY NAME SELECT * FROM read_json(${text(before)}, columns = {${shape}})`
      )
    }
    for (const segment of commit.segments.filter((one) => csv(one) !== "")) {
      await connection.run(`DELETE FROM rows WHERE ${key} IN (SELECT ${key} FROM ${csv(segment)})`)
      if (segment.effect === "delete") continue
      await connection.run(`INSERT INTO rows BY NAME SELECT ${columns.join(", ")} FROM ${csv(segment)}`)
    }
    await connection.run(`COPY (SELECT * FROM rows ORDER BY ${key}) TO ${text(into)} (FORMAT json)`)
    const [row] = (
      await connection.runAndReadAll("SELECT count(*)::DOUBLE AS rows FROM rows")
    ).getRowObjectsJS()
    return Number(row?.rows)
  } finally {
    connection.closeSync()
    database.closeSync()
  }
}

export const jsonl = (folder: string): Destination => {
  const at = (stream: string, file: string): string => join(folder, stream, file)

  const current = async (stream: string): Promise<Version | null> => {
    const names = await readdir(join(folder, stream)).catch(() => [])
    const newest = Math.max(0, ...names.flatMap((file) => Number(/^(\d+)\.json$/.exec(file)?.[1] ?? 0)))
    return newest === 0 ? null : JSON.parse(await readFile(at(stream, `${newest}.json`), "utf8"))
  }

  const commit = async (of: Commit): Promise<CommitResult> => {
    const { stream, checkpoint, expectedVersion } = of
    if (of.segments.some(({ effect }) => effect === "patch" || effect === "present")) {
      throw failure("JSONL_CANNOT", "Parts of rows cannot be changed in JSONL files.")
    }
    const before = await current(stream)
    if ((before?.checkpoint.version ?? 0) !== expectedVersion) {
      throw failure("JSONL_CONFLICT", `Another writer has changed ${stream} meanwhile.`)
    }
    await mkdir(join(folder, stream), { recursive: true })
    const isNew = before?.checkpoint.generation !== checkpoint.generation
    const known = new Set(isNew ? [] : before?.segments)
    const segments = of.segments.filter(({ id }) => !known.has(id))
    const base = isNew || before === null ? null : at(stream, before.file)
    const file = `${checkpoint.version}-${randomUUID()}.jsonl`
    const rows = await writeRows({ ...of, segments }, base, at(stream, file))
    const isHidden = checkpoint.phase === "full" && !of.publish
    const version: Version = {
      checkpoint: { ...checkpoint, rows },
      segments: [...known, ...segments.map(({ id }) => id)],
      file,
      visible: isHidden ? (before?.visible ?? null) : file
    }
    try {
      const path = at(stream, `${checkpoint.version}.json`)
      await writeFile(path, JSON.stringify(version), { flag: "wx", flush: true })
    } catch (cause) {
      await rm(at(stream, file), { force: true })
      throw isTaken(cause) ? failure("JSONL_CONFLICT", `Another writer was first with ${stream}.`) : cause
    }
    return { inserted: rows, updated: 0, deleted: 0, unchanged: 0, rows, schemaChanges: [] }
  }

  return {
    capabilities: { commitBytes: 64_000_000, maxIdentifierBytes: 255, nulBytes: "kept" },
    location: folder,
    checkpoints: attempt(async () => {
      const streams = await readdir(folder).catch(() => [])
      const found = await Promise.all(streams.map(async (stream) => [stream, await current(stream)] as const))
      return {
        orgId: null,
        streams: Object.fromEntries(
          found.flatMap(([stream, version]) => (version === null ? [] : [[stream, version.checkpoint]]))
        )
      }
    }),
    check: attempt(async () => void (await mkdir(folder, { recursive: true }))),
    commit: (of) => attempt(() => commit(of)),
    discard: () => Effect.void,
    setAside: notHere,
    inspect: () => notHere,
    erase: () => notHere,
    query: () => notHere,
    recordRun: () => Effect.void,
    runs: () => Effect.succeed([])
  }
}
