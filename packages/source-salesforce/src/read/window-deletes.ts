/**
 * Rows that went away, read after the rows of a window. The delete log names soft and hard deletes alike, so
 * its Ids are looked up: rows that are found say for themselves whether they are deleted, the others are gone.
 */
import { createHash } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { type Instant, instantFromMillis, instantToMillis, type Segment, segmentId } from "@decant/connector"
import { Duration, Effect } from "effect"
import { type DeletedRow, isBeyondLog } from "../org/delete-log.ts"
import type { ReadError } from "../read-error.ts"
import { csvLine, recordWriter } from "../rest/csv-record.ts"
import { rowsById } from "../rest/ids-query.ts"
import { spoolFailure } from "../spool-file.ts"
import type { StreamReading } from "./stream-reading.ts"

/** Where the delete log is read from: a deletion may become visible long after its time, as any change. */
export const deletesFrom = (of: {
  readonly coveredTo: Instant | null
  readonly window: { readonly from: Instant | null; readonly to: Instant }
  readonly lookback: Duration.Duration
}): Instant => {
  const { from, to } = of.window
  const begun = instantFromMillis(instantToMillis(to) - Duration.toMillis(of.lookback))
  const since = of.coveredTo ?? from ?? begun
  return since > to ? begun : since
}

export interface WindowDeletes {
  readonly segments: ReadonlyArray<Segment>
  readonly coveredTo: Instant
  /** Ids of rows that are there no more, in no recycle bin either. */
  readonly gone: ReadonlySet<string>
  /** Since when the log is silent; null when it is not. */
  readonly unknownSince: Instant | null
}

export const spoolLines = Effect.fnUntraced(function* (
  reading: StreamReading,
  of: {
    readonly work: string
    readonly effect: Segment["effect"]
    readonly header: ReadonlyArray<string>
    readonly lines: ReadonlyArray<string>
    readonly asOf: Instant
  }
): Effect.fn.Return<Segment, ReadError> {
  const text = [csvLine(of.header), ...of.lines].join("")
  const digest = createHash("sha256").update(text).digest("hex")
  const id = segmentId({
    stream: reading.definition.stream,
    generation: reading.generation,
    work: of.work,
    locator: `${of.effect} ${of.asOf} ${digest}`
  })
  const path = join(reading.context.spool, `${id}.csv`)
  yield* Effect.tryPromise({ try: () => writeFile(path, text, { mode: 0o600 }), catch: spoolFailure })
  return {
    id,
    stream: reading.definition.stream,
    generation: reading.generation,
    work: of.work,
    effect: of.effect,
    files: [{ path, gzip: false, rows: of.lines.length, bytes: Buffer.byteLength(text) }],
    header: of.header,
    asOf: of.asOf,
    covers: {}
  }
})

/** The latest time that an Id was deleted. */
const latest = (rows: ReadonlyArray<DeletedRow>): ReadonlyMap<string, Instant> => {
  const times = new Map<string, Instant>()
  for (const { id, at } of rows) if (at > (times.get(id) ?? "")) times.set(id, at)
  return times
}

/**
 * Looks up which of the Ids are still there. Found rows correct the flag of rows whose stamp did not move with
 * the deletion; where soft-deleted rows are taken out, as rows that are read, since no patch can do that.
 */
const classifyDeleted = Effect.fnUntraced(function* (
  reading: StreamReading,
  work: string,
  rows: ReadonlyArray<DeletedRow>
): Effect.fn.Return<Pick<WindowDeletes, "segments" | "gone">, ReadError> {
  const times = latest(rows)
  if (times.size === 0) return { segments: [], gone: new Set() }
  const { client, definition } = reading
  const { guard, deletes } = definition.schema
  const flag = deletes.flag !== null && definition.select.includes(deletes.flag) ? deletes.flag : null
  const about = ["Id", ...(guard === null ? [] : [guard])]
  const header = [...about, ...(flag === null ? [] : [flag])]
  const { records, asOf } = yield* rowsById(client, {
    stream: definition.stream,
    object: definition.object,
    select: header,
    stamp: guard,
    ids: [...times.keys()]
  })
  const there = new Set(records.map(({ Id }) => String(Id)))
  const gone = [...times].filter(([id]) => !there.has(id))
  const found = deletes.soft === "remove" ? records.filter((record) => record[flag ?? ""] === true) : records
  const segments: Array<Segment> = []
  if (flag !== null && found.length > 0) {
    const effect = deletes.soft === "remove" ? "upsert" : "patch"
    const lines = found.map(recordWriter(header))
    segments.push(yield* spoolLines(reading, { work, effect, header, lines, asOf }))
  }
  if (gone.length > 0) {
    const lines = gone.map(([id, at]) => csvLine(guard === null ? [id] : [id, at]))
    segments.push(yield* spoolLines(reading, { work, effect: "delete", header: about, lines, asOf }))
  }
  return { segments, gone: new Set(gone.map(([id]) => id)) }
})

const loggedDeletes = Effect.fnUntraced(function* (
  reading: StreamReading,
  work: string,
  from: Instant
): Effect.fn.Return<WindowDeletes, ReadError> {
  const { definition, deleteLog } = reading
  const { rows, coveredTo } = yield* deleteLog.since({
    stream: definition.stream,
    object: definition.object,
    from
  })
  return {
    ...(yield* classifyDeleted(reading, work, rows)),
    coveredTo: coveredTo > from ? coveredTo : from,
    unknownSince: null
  }
})

/** It is asked again from now on. */
const silence = ({ client, lookback }: StreamReading, from: Instant): WindowDeletes => ({
  segments: [],
  gone: new Set(),
  coveredTo: instantFromMillis(instantToMillis(client.clock.now()) - Duration.toMillis(lookback)),
  unknownSince: from
})

export const windowDeletes = (
  reading: StreamReading,
  work: string,
  from: Instant
): Effect.Effect<WindowDeletes, ReadError> =>
  loggedDeletes(reading, work, from).pipe(
    Effect.catchIf(isBeyondLog, () => Effect.sync(() => silence(reading, from)))
  )
