/** A Bulk API 2.0 job as state, and as the JSON its clients see. */

import type { Delimiter, LineEnding } from "./query-request.ts"
import type { ResultSet } from "./result-set.ts"

type QueryState = "UploadComplete" | "InProgress" | "JobComplete" | "Failed" | "Aborted"

export interface QueryJob {
  readonly id: string
  readonly operation: "query" | "queryAll"
  readonly query: string
  readonly object: string
  readonly createdById: string
  /** Org time in milliseconds. */
  readonly createdAt: number
  readonly changedAt: number
  readonly state: QueryState
  /** As in the path it was created under: `67.0`. */
  readonly version: string
  readonly columnDelimiter: Delimiter
  readonly lineEnding: LineEnding
  readonly isPkChunkingSupported: boolean
  readonly processingMs: number
  readonly errorMessage: string | undefined
  readonly result: ResultSet | undefined
}

/** `2026-01-02T03:04:05.000+0000`, in whole seconds. */
export const jobTime = (millis: number): string => `${new Date(millis).toISOString().slice(0, 19)}.000+0000`

/** What the answer to a job's creation shows. */
const created = (job: QueryJob) => ({
  id: job.id,
  operation: job.operation,
  object: job.object,
  createdById: job.createdById,
  createdDate: jobTime(job.createdAt),
  systemModstamp: jobTime(job.changedAt),
  state: job.state,
  concurrencyMode: "Parallel",
  contentType: "CSV",
  apiVersion: Number(job.version),
  lineEnding: job.lineEnding,
  columnDelimiter: job.columnDelimiter
})

const printed = (job: QueryJob) => {
  const { lineEnding, columnDelimiter, ...head } = created(job)
  return {
    ...head,
    jobType: "V2Query",
    lineEnding,
    columnDelimiter,
    numberRecordsProcessed: job.result?.file.records ?? 0,
    retries: 0,
    totalProcessingTime: job.processingMs,
    isPkChunkingSupported: job.isPkChunkingSupported,
    ...(job.errorMessage === undefined ? {} : { errorMessage: job.errorMessage })
  }
}

/** JSON in which apiVersion is a number with its decimal, as Salesforce writes it. */
export const jobText = (body: unknown): string =>
  JSON.stringify(body).replaceAll(/"apiVersion":(\d+)(?=[,}])/g, '"apiVersion":$1.0')

export const createdText = (job: QueryJob): string => jobText(created(job))

export const printedJob = printed
