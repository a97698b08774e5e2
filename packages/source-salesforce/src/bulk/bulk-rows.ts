/**
 * Rows of a window by Bulk: a job, its pages, and the check that together they are all of its rows. A job that is
 * lost on the way, or whose pages do not add up, is followed by one more.
 */
import type { Work } from "@decant/connector"
import { Effect, Stream } from "effect"
import { progress, type StreamReading } from "../read/stream-reading.ts"
import type { WorkEvent } from "../read/work-event.ts"
import type { ReadError } from "../read-error.ts"
import { sourceError } from "../source-error.ts"
import { anew, queryOf } from "../streams/work.ts"
import { awaitJob, createJob } from "./bulk-job.ts"
import { resultPages } from "./bulk-pages.ts"
import { countRows } from "./count-rows.ts"

type Events = Stream.Stream<WorkEvent, ReadError>
type Job = NonNullable<Work["job"]>

/** The pages of a job have another number of rows than the job says. */
type Mismatch = (expected: number, received: number) => Effect.Effect<WorkEvent, ReadError>

const mismatch = (stream: string, expected: number, received: number, counted: number | null) =>
  sourceError(
    "ROW_COUNT_MISMATCH",
    `The query job of ${stream} found ${expected} rows, but its result pages have ${received}${
      counted === null ? "" : `; counted anew there are ${counted}`
    }.`,
    "Run it again: the cursor has not moved and a new job will be made. If it lasts, look for a proxy or a scanner between this machine and Salesforce.",
    { again: true }
  )

const make = (event: WorkEvent): Events => Stream.make<[WorkEvent]>(event)

const pagesOf = (
  reading: StreamReading,
  work: Work,
  job: Job & { readonly isNew: boolean },
  differs: Mismatch
): Events =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { stream } = reading.definition
      yield* progress(reading, { phase: "job", rows: 0, bytes: 0, total: null })
      const rows = yield* awaitJob(reading.client, stream, job)
      let received = 0
      const pages = resultPages(reading, { job, work, rows }).pipe(
        Stream.flatMap((page) => {
          received += page.rows
          return page.segment === null ? Stream.empty : make({ kind: "segment", segment: page.segment })
        })
      )
      const ending = Stream.suspend(() =>
        received === rows ? make({ kind: "done" }) : Stream.fromEffect(differs(rows, received))
      )
      return Stream.concat(pages, ending)
    })
  )

/** The event that names the job comes before any row, so that a crash goes on with the same job. */
const withNewJob = (
  reading: StreamReading,
  work: Work,
  rows: (named: Work, job: Job & { readonly isNew: boolean }) => Events
): Events =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { client, definition, bulk } = reading
      const operation = definition.soql === null ? "queryAll" : "query"
      const job = yield* createJob(client, definition.stream, queryOf(definition, work), operation)
      bulk.jobMade()
      client.ledger.api(definition.stream, "bulk")
      const named: Work = { ...work, job }
      return Stream.concat(make({ kind: "work", work: named }), rows(named, { ...job, isNew: true }))
    })
  )

/** A total that is wrong for the second time is settled by a count that has nothing to do with jobs. */
const settle =
  (reading: StreamReading, work: Work): Mismatch =>
  (expected, received) =>
    Effect.gen(function* () {
      const { stream } = reading.definition
      const counted = yield* countRows(reading, work)
      if (counted !== received) return yield* mismatch(stream, expected, received, counted)
      const said = `The query job of ${stream} says that it found ${expected} rows. Its pages have ${received}, and counted anew there are as many: these were taken.`
      return { kind: "done", warnings: [said] }
    })

const lastJobRows = (reading: StreamReading, work: Work): Events =>
  withNewJob(reading, work, (named, job) => pagesOf(reading, named, job, settle(reading, work)))

const failed =
  (reading: StreamReading): Mismatch =>
  (expected, received) =>
    Effect.fail(mismatch(reading.definition.stream, expected, received, null))

/** The job, or the place in its result, is there no more; or its pages are not its rows. */
const lost = ["API_NOT_FOUND", "API_LOCATOR_EXPIRED", "API_VERSION_CONFLICT", "ROW_COUNT_MISMATCH"]

/** Of an earlier run's job also: it is another user's, or that run has failed with it, so that this one would, too. */
const useless = [...lost, "API_NO_ACCESS", "API_REFUSED", "JOB_FAILED", "PAGE_DAMAGED"]

const orElse = (
  reading: StreamReading,
  work: Work,
  codes: ReadonlyArray<string>,
  pages: (work: Work) => Events
): Events =>
  pages(work).pipe(
    Stream.catchIf(
      // Without a key what has come already would be there twice.
      (error) => codes.includes(error.code) && reading.definition.schema.key !== null,
      () => lastJobRows(reading, anew(work))
    )
  )

export const newJobRows = (reading: StreamReading, work: Work): Events =>
  withNewJob(reading, work, (named, job) =>
    orElse(reading, named, lost, () => pagesOf(reading, named, job, failed(reading)))
  )

/** Goes on with the job of an earlier run; makes a new one if that job is of no use any more. */
export const resumedJobRows = (reading: StreamReading, work: Work, job: Job): Events =>
  Stream.suspend(() => {
    reading.client.ledger.api(reading.definition.stream, "bulk")
    return orElse(reading, work, useless, () =>
      pagesOf(reading, work, { ...job, isNew: false }, failed(reading))
    )
  })
