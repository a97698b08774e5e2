/** The lists of jobs: `/jobs/query` shows all jobs of the org, `/jobs/ingest` the ingest jobs. */
import { Effect, Layer } from "effect"
import { jsonText, restRoute } from "../server/rest-route.ts"
import { printedIngestInfo } from "./ingest-job.ts"
import { IngestJobs } from "./ingest-jobs.ts"
import { jobText, printedJob } from "./job.ts"
import { QueryJobs } from "./query-jobs.ts"

interface Listed {
  readonly jobType: string
  readonly concurrencyMode: string
  readonly createdDate: string
  readonly isPkChunkingSupported?: boolean
}

const fits = (job: Listed, search: URLSearchParams): boolean => {
  const [type, mode, chunked] = ["jobType", "concurrencyMode", "isPkChunkingEnabled"].map((key) =>
    search.get(key)
  )
  return (
    (type === null || type === job.jobType) &&
    (mode === null || mode?.toLowerCase() === job.concurrencyMode.toLowerCase()) &&
    (chunked === null || chunked === String(job.isPkChunkingSupported ?? false))
  )
}

const listed = (jobs: ReadonlyArray<Listed>, search: URLSearchParams) =>
  jsonText(jobText({ done: true, records: jobs.filter((job) => fits(job, search)), nextRecordsUrl: null }))

export const jobListRoutes = Layer.mergeAll(
  restRoute("GET", "/jobs/query", ({ search }) =>
    Effect.gen(function* () {
      const queries = (yield* QueryJobs).list().map(printedJob)
      const ingests = (yield* IngestJobs).list().map(printedIngestInfo)
      return listed(
        [...queries, ...ingests].sort((a, b) => (a.createdDate < b.createdDate ? 1 : -1)),
        search
      )
    })
  ),
  restRoute("GET", "/jobs/ingest", ({ search }) =>
    Effect.map(IngestJobs, (jobs) => listed(jobs.list().map(printedIngestInfo), search))
  )
)
