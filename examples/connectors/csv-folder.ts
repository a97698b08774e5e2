/**
 * A folder of CSV files as a source: each file is a stream whose key is its first column. A file that has changed is
 * read whole, into a new generation, so rows that are gone from the file are gone from the copy.
 */
import { constants, copyFile, readdir, readFile, stat } from "node:fs/promises"
import { basename, join } from "node:path"
import {
  type Failure,
  finishWindow,
  instantFromMillis,
  newStreamCheckpoint,
  type PlanRequest,
  type ReadyStream,
  type Source,
  segmentId
} from "@decant/connector"
import { Effect, Stream } from "effect"

const failure = (cause: unknown): Failure => ({
  _tag: "CsvFolderError",
  code: "CSV_FOLDER_UNREADABLE",
  message: `The folder of CSV files cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
  fix: "Check that the folder is there and that this user may read it.",
  retryable: false,
  disposition: "spec"
})

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, Failure> =>
  Effect.tryPromise({ try: run, catch: failure })

/** Lines that are not inside of quotes; the header is one of them. */
const countRows = (bytes: Buffer): number => {
  let quoted = false
  let lines = 0
  for (const byte of bytes) {
    if (byte === 0x22) quoted = !quoted
    else if (byte === 0x0a && !quoted) lines++
  }
  return bytes.length > 0 && bytes.at(-1) !== 0x0a ? lines : lines - 1
}

const headerOf = (bytes: Buffer): ReadonlyArray<string> => {
  const [line = ""] = bytes.toString("utf8").split(/\r?\n/, 1)
  return line.split(",").map((name) => name.replaceAll('"', ""))
}

/** What a run does with one file: nothing but a new checkpoint where it is as it was. */
const planOf = (path: string, request: PlanRequest): Effect.Effect<ReadyStream, Failure> =>
  attempt(async () => {
    const stream = basename(path, ".csv")
    const changedAt = instantFromMillis((await stat(path)).mtimeMs)
    const header = headerOf(await readFile(path))
    const stored = request.checkpoints[stream]
    const before = stored ?? newStreamCheckpoint({ phase: "full", cursorField: null, now: changedAt })
    const isNew = stored?.cursor !== changedAt || request.fullRefresh.includes(stream)
    const work = {
      // The same file at the same time is the same work, so a segment that was committed is known again.
      id: changedAt,
      kind: "rows" as const,
      window: { from: null, to: changedAt },
      segments: { committed: [], expected: 1 }
    }
    return {
      status: "ready",
      stream,
      mode: "full",
      resumes: false,
      warnings: [],
      checkpoint: isNew
        ? { ...before, generation: stored === undefined ? 1 : before.generation + 1, work: [work] }
        : { ...before, work: [] },
      schema: {
        stream,
        table: stream,
        key: header.slice(0, 1),
        guard: null,
        deletes: { soft: "remove", hard: "remove", flag: null },
        history: false,
        columns: header.map((name) => ({
          name,
          label: name,
          type: { kind: "text" },
          from: { header: name }
        })),
        views: []
      }
    }
  })

export const csvFolder = (folder: string): Source => {
  const files = attempt(async () =>
    (await readdir(folder)).filter((name) => name.endsWith(".csv")).map((name) => join(folder, name))
  )
  const pathOf = (stream: string): string => join(folder, `${stream}.csv`)
  return {
    identity: { orgId: folder, orgName: basename(folder), userName: "" },
    check: Effect.map(files, (found) => [
      { name: "folder", status: "ok", detail: `${found.length} files`, failure: null }
    ]),
    discover: () => Effect.succeed({ objects: [] }),
    describe: () => Stream.empty,
    forecast: () => Effect.succeed({ streams: [], sharedCalls: 0, budget: null }),
    usage: () => Effect.succeed({ apiCalls: 0, bytes: 0, api: null }),
    plan: (request) =>
      Effect.flatMap(files, (paths) =>
        Effect.forEach(
          paths.filter((path) => request.only.length === 0 || request.only.includes(basename(path, ".csv"))),
          (path) => planOf(path, request)
        )
      ),
    read: ({ stream, checkpoint, schema }, { spool }) => {
      const [work] = checkpoint.work
      const to = work?.window?.to
      if (work === undefined || to === undefined) return Stream.empty
      const { generation } = checkpoint
      const id = segmentId({ stream, generation, work: work.id, locator: "whole" })
      const path = join(spool, `${id}.csv`)
      return Stream.fromEffect(
        attempt(async () => {
          // A copy: the destination's file must not change while it is loaded. Free where the file system can.
          await copyFile(pathOf(stream), path, constants.COPYFILE_FICLONE)
          const bytes = await readFile(path)
          return {
            segments: [
              {
                id,
                stream,
                generation,
                work: work.id,
                effect: "upsert" as const,
                files: [{ path, gzip: false, rows: countRows(bytes), bytes: bytes.length }],
                header: schema.columns.map(({ name }) => name),
                asOf: to,
                covers: {}
              }
            ],
            checkpoint: finishWindow(checkpoint, to),
            publish: true
          }
        })
      )
    }
  }
}
