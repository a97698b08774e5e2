/** Rows of a window by Bulk: a job, its pages, and the check that together they are all of its rows. */
import type { Window, Work } from "@decant/connector"
import { Effect, Stream } from "effect"
import { progress, type StreamReading } from "../read/stream-reading.ts"
import type { WorkEvent } from "../read/work-event.ts"
import type { ReadError } from "../read-error.ts"
import { sourceError } from "../source-error.ts"
import { halveWindow } from "../streams/halve-window.ts"
import { newRowsWork, queryOf } from "../streams/window-plan.ts"
import { awaitJob, createJob, isTooMuch } from "./bulk-job.ts"
import { resultPages } from "./bulk-pages.ts"

type Events = Stream.Stream<WorkEvent, ReadError>

const mismatch = (stream: string, expected: number, received: number) =>
  sourceError(
    "ROW_COUNT_MISMATCH",
    `The query job of ${stream} found ${expected} rows, but its result pages have ${received}.`,
    "Run it again: the cursor has not moved and a new job will be made. If it lasts, look for a proxy or a scanner between this machine and Salesforce.",
    { again: true }
  )

/**
 * The job was deleted, or is older than Salesforce keeps jobs, or it cannot be read for the second time:
 * an earlier run has failed with it already, so that the next would, too.
 */
const isUseless = (error: ReadError): boolean =>
  ["API_NOT_FOUND", "API_VERSION_CONFLICT", "JOB_FAILED", "PAGE_DAMAGED", "ROW_COUNT_MISMATCH"].includes(
    error.code
  )

const pagesOf = (reading: StreamReading, work: Work, job: NonNullable<Work["job"]>): Events =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { stream } = reading.definition
      yield* progress(reading, { phase: "job", rows: 0, bytes: 0, total: null })
      const rows = yield* awaitJob(reading.client, stream, job.id)
      let received = 0
      const pages = resultPages(reading, { job, work, rows }).pipe(
        Stream.flatMap((page) => {
          received += page.rows
          return page.segment === null
            ? Stream.empty
            : Stream.make<[WorkEvent]>({ kind: "segment", segment: page.segment })
        })
      )
      const ending = Stream.suspend(() =>
        received === rows
          ? Stream.make<[WorkEvent]>({ kind: "done" })
          : Stream.fail(mismatch(stream, rows, received))
      )
      return Stream.concat(pages, ending)
    })
  )

/** How often a window may be parted: a year becomes two hours, and a query that never works ends soon. */
const MOST_HALVINGS = 12

/** Rows of a part of a window: its job is not kept, since the window as a whole has none any more. */
const part = (reading: StreamReading, window: Window, halvings: number): Events =>
  jobRows(reading, newRowsWork(window), halvings).pipe(Stream.filter((event) => event.kind === "segment"))

/** A failed or timed-out job is not asked for again as it was: its window is read in two halves. */
const inHalves = (reading: StreamReading, work: Work, halvings: number, error: ReadError): Events => {
  const { cursorField, soql } = reading.definition
  const parts =
    work.window === undefined || cursorField === null || soql !== null || halvings === 0
      ? null
      : halveWindow(work.window)
  if (parts === null) return Stream.fail(error)
  const [first, second] = parts
  return Stream.make<[WorkEvent]>({ kind: "work", work: newRowsWork(work.window) }).pipe(
    Stream.concat(part(reading, first, halvings - 1)),
    Stream.concat(part(reading, second, halvings - 1)),
    Stream.concat(Stream.make<[WorkEvent]>({ kind: "done" }))
  )
}

const jobRows = (reading: StreamReading, work: Work, halvings: number): Events =>
  oneJobRows(reading, work).pipe(
    Stream.catchIf(isTooMuch, (error) => inHalves(reading, work, halvings, error))
  )

export const newJobRows = (reading: StreamReading, work: Work): Events =>
  jobRows(reading, work, MOST_HALVINGS)

/** Makes a job; the event that names it comes before any row, so that a crash goes on with the same job. */
const oneJobRows = (reading: StreamReading, work: Work): Events =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { client, definition } = reading
      const operation = definition.soql === null ? "queryAll" : "query"
      const job = yield* createJob(client, definition.stream, queryOf(definition, work), operation)
      client.ledger.api(definition.stream, "bulk")
      const named: Work = { ...work, job }
      return Stream.concat(
        Stream.make<[WorkEvent]>({ kind: "work", work: named }),
        pagesOf(reading, named, job)
      )
    })
  )

/** Goes on with the job of an earlier run; makes a new one if that job is of no use any more. */
export const resumedJobRows = (reading: StreamReading, work: Work, job: NonNullable<Work["job"]>): Events =>
  Stream.suspend(() => {
    reading.client.ledger.api(reading.definition.stream, "bulk")
    return pagesOf(reading, work, job).pipe(
      Stream.catchIf(isUseless, () => newJobRows(reading, newRowsWork(work.window)))
    )
  })
