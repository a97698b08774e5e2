/**
 * All rows of a stream as the org has them now, recycle bin included, without a bound by time: rows that changed
 * since the cut have to be recognised as such. Big tables come as Ids and stamps by Bulk, and every n-th row of
 * them whole by its Id.
 */
import { createReadStream } from "node:fs"
import { createInterface } from "node:readline"
import { createGunzip } from "node:zlib"
import type { ActualPart, IdRange, ProofPlan, Segment } from "@decant/connector"
import { segmentRows } from "@decant/connector"
import { Effect, Stream } from "effect"
import { partRanges } from "../read/part-ranges.ts"
import type { StreamReading } from "../read/stream-reading.ts"
import { spoolLines } from "../read/window-deletes.ts"
import { rowsBySize, windowRows } from "../read/window-rows.ts"
import type { ReadError } from "../read-error.ts"
import { recordWriter } from "../rest/csv-record.ts"
import { rowsById } from "../rest/ids-query.ts"
import { spoolFailure } from "../spool-file.ts"
import { newRowsWork } from "../streams/work.ts"
import { rangeCount, stampHeaders } from "./proof-plan.ts"

/** Whole rows are JSON on the way: so many of them at a time. */
const SAMPLE_CHUNK = 2000

type Parts = Stream.Stream<ActualPart, ReadError>

interface Pages {
  readonly kept: ReadonlyArray<Segment>
  /** Of the part that is being read. */
  readonly open: ReadonlyArray<Segment>
}

/** Every row of the range, as one segment. */
const wholeRange = Effect.fnUntraced(function* (
  reading: StreamReading,
  proof: ProofPlan,
  ids: IdRange
): Effect.fn.Return<Segment, ReadError> {
  const { definition } = reading
  const asOf = reading.client.clock.now()
  const isOpen = ids.from === null && ids.to === null
  const work = newRowsWork(undefined, isOpen ? undefined : ids)
  // What is known to be big is not asked for its size.
  const rows = proof.rows > reading.tuning.mostRowsByRest ? windowRows : rowsBySize
  const { kept, open } = yield* rows(reading, work).pipe(
    Stream.runFold(
      (): Pages => ({ kept: [], open: [] }),
      (pages, event): Pages => {
        if (event.kind === "segment") return { ...pages, open: [...pages.open, event.segment] }
        if (event.kind === "part") return { kept: [...pages.kept, ...pages.open], open: [] }
        // A new job or a second attempt: what came before belongs to another reading of the same rows.
        return event.kind === "done" ? pages : { ...pages, open: [] }
      }
    )
  )
  const found = [...kept, ...open]
  const header = definition.select
  const none = { work: work.id, effect: "present" as const, header, lines: [], asOf }
  const first = found[0] ?? (yield* spoolLines(reading, none))
  return {
    ...first,
    effect: "present",
    files: found.length === 0 ? first.files : found.flatMap(({ files }) => files),
    asOf,
    covers: { ids }
  }
})

/** Every n-th Id of a segment whose first column is the Id. */
const everyNth = async (segment: Segment, step: number): Promise<ReadonlyArray<string>> => {
  const ids: Array<string> = []
  let at = 0
  for (const file of segment.files) {
    const bytes = createReadStream(file.path)
    const text = file.gzip ? bytes.pipe(createGunzip()) : bytes
    let isHeader = true
    for await (const line of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (!isHeader && line !== "" && at++ % step === 0) {
        ids.push((line.split(",", 1)[0] ?? "").replaceAll('"', ""))
      }
      isHeader = false
    }
  }
  return ids
}

export const spoolRows = Effect.fnUntraced(function* (
  reading: StreamReading,
  ids: ReadonlyArray<string>
): Effect.fn.Return<
  { readonly segment: Segment; readonly records: ReadonlyArray<Readonly<Record<string, unknown>>> },
  ReadError
> {
  const { definition, client } = reading
  const { stream, object, select, cursorField } = definition
  const { records, asOf } = yield* rowsById(client, { stream, object, select, stamp: cursorField, ids })
  const segment = yield* spoolLines(reading, {
    work: newRowsWork(undefined).id,
    effect: "present",
    header: select,
    lines: records.map(recordWriter(select)),
    asOf
  })
  return { segment: { ...segment, covers: { ids: { from: null, to: null } } }, records }
})

const chunks = (ids: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from({ length: Math.ceil(ids.length / SAMPLE_CHUNK) }, (_, at) =>
    ids.slice(at * SAMPLE_CHUNK, (at + 1) * SAMPLE_CHUNK)
  )

const stampsAndSample = (reading: StreamReading, proof: ProofPlan, ids: IdRange, share: number): Parts => {
  const { definition } = reading
  const stamps = { ...reading, definition: { ...definition, select: stampHeaders(definition) } }
  return Stream.unwrap(
    Effect.gen(function* () {
      const segment = yield* wholeRange(stamps, proof, ids)
      const step = Math.max(1, Math.floor(segmentRows(segment) / (proof.values * share)))
      const sampled = yield* Effect.tryPromise({ try: () => everyNth(segment, step), catch: spoolFailure })
      return Stream.concat(
        Stream.make<[ActualPart]>({ segment, keys: null }),
        Stream.fromIterable(chunks(sampled)).pipe(
          Stream.mapEffect((keys) =>
            Effect.map(spoolRows(reading, keys), (found): ActualPart => ({ segment: found.segment, keys }))
          )
        )
      )
    })
  )
}

/** About so many, which together are all of the object. */
const rangesFor = (
  reading: StreamReading,
  rows: number,
  parts: number
): Effect.Effect<ReadonlyArray<IdRange>, ReadError> => {
  const whole: ReadonlyArray<IdRange> = [{ from: null, to: null }]
  return parts <= 1
    ? Effect.succeed(whole)
    : Effect.map(partRanges(reading, { rows, parts }), (ranges) => ranges ?? whole)
}

export const actualRows = (reading: StreamReading, proof: ProofPlan): Parts => {
  const isWhole = proof.coverage === "all values"
  const count = rangeCount(reading.definition, { rows: proof.rows, isWhole }, reading.tuning)
  return Stream.unwrap(
    Effect.map(rangesFor(reading, proof.rows, count), (ranges) =>
      Stream.fromIterable(ranges).pipe(
        Stream.flatMap((ids) =>
          isWhole
            ? Stream.fromEffect(
                Effect.map(
                  wholeRange(reading, proof, ids),
                  (segment): ActualPart => ({ segment, keys: null })
                )
              )
            : stampsAndSample(reading, proof, ids, 1 / ranges.length)
        )
      )
    )
  )
}
