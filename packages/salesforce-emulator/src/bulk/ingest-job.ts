/** An ingest job as state, and as the JSON its clients see. */
import type { Field, SObject } from "../org/field.ts"
import type { IngestOperation } from "./ingest-request.ts"
import { jobTime } from "./job.ts"
import type { Delimiter, LineEnding } from "./query-request.ts"

type IngestState = "Open" | "UploadComplete" | "InProgress" | "JobComplete" | "Failed" | "Aborted"

export interface IngestJob {
  readonly id: string
  readonly operation: IngestOperation
  readonly object: SObject
  readonly by: Field | undefined
  readonly createdById: string
  readonly createdAt: number
  readonly changedAt: number
  readonly state: IngestState
  readonly version: string
  readonly columnDelimiter: Delimiter
  readonly lineEnding: LineEnding
  readonly assignmentRuleId: string | undefined
  readonly processed: number
  readonly failed: number
  readonly processingMs: number
  readonly errorMessage: string | undefined
}

export const printedIngest = (job: IngestJob) => ({
  id: job.id,
  operation: job.operation,
  object: job.object.name,
  createdById: job.createdById,
  createdDate: jobTime(job.createdAt),
  systemModstamp: jobTime(job.changedAt),
  state: job.state,
  ...(job.by === undefined ? {} : { externalIdFieldName: job.by.name }),
  ...(job.assignmentRuleId === undefined ? {} : { assignmentRuleId: job.assignmentRuleId }),
  concurrencyMode: "Parallel",
  contentType: "CSV",
  apiVersion: Number(job.version),
  contentUrl: `services/data/v${job.version}/jobs/ingest/${job.id}/batches`,
  lineEnding: job.lineEnding,
  columnDelimiter: job.columnDelimiter
})

export const printedIngestInfo = (job: IngestJob) => {
  const { contentUrl, lineEnding, columnDelimiter, ...head } = printedIngest(job)
  return {
    ...head,
    jobType: "V2Ingest",
    ...(job.state === "Open" ? { contentUrl } : {}),
    lineEnding,
    columnDelimiter,
    retries: 0,
    totalProcessingTime: job.processingMs,
    apiActiveProcessingTime: job.processingMs,
    apexProcessingTime: 0,
    numberRecordsProcessed: job.processed,
    numberRecordsFailed: job.failed,
    ...(job.errorMessage === undefined ? {} : { errorMessage: job.errorMessage })
  }
}
