/** Rows of a window by Bulk: a job, its pages, and the check that together they are all of its rows. */
import type { Work } from "@decant/connector"
import { Effect, Stream } from "effect"
import { progress, type StreamReading } from "../read/stream-reading.ts"
import type { WorkEvent } from "../read/work-event.ts"
import type { ReadError } from "../read-error.ts"
import { sourceError } from "../source-error.ts"
import { newRowsWork, queryOf } from "../streams/window-plan.ts"
import { awaitJob, createJob } from "./bulk-job.ts"
import { resultPages } from "./bulk-pages.ts"

type Events = Stream.Stream<WorkEvent, ReadError>

const mismatch = (stream: string, expected: number, received: number) =>
  sourceError(
    "ROW_COUNT_MISMATCH",
    `The query job of ${stream} found ${expected} rows, but its result pages have ${received}.`,
    "Run it again: the cursor has not moved and a new job will be made. If it lasts, `decant verify` shows which rows differ.",
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

/** Makes a job; the event that names it comes before any row, so that a crash goes on with the same job. */
export const newJobRows = (reading: StreamReading, work: Work): Events =>
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
