/**
 * Query jobs of Bulk API 2.0: made, watched, given up.
 * https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_create_job.htm
 */
import { instantFromMillis, type WorkJob } from "@decant/connector"
import { Duration, Effect, Schema } from "effect"
import { decodeReply } from "../org/api-reply.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { SourceError, sourceError } from "../source-error.ts"
import { hashOf } from "../streams/work.ts"

const FIRST_POLL = Duration.millis(100)
const SLOWEST_POLL = Duration.seconds(30)
const POLL_SLOWDOWN = 1.4

const JobReply = Schema.Struct({
  id: Schema.String,
  state: Schema.String,
  createdDate: Schema.optionalKey(Schema.String),
  numberRecordsProcessed: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  errorMessage: Schema.optionalKey(Schema.NullOr(Schema.String))
})
type JobReply = typeof JobReply.Type

type Job = typeof WorkJob.Type

const jobPath = (client: SalesforceClient, id: string): string => client.resource(`/jobs/query/${id}`)

/** `queryAll`, as for all but a person's own query: soft-deleted and archived rows come too. */
export const createJob = Effect.fnUntraced(function* (
  client: SalesforceClient,
  stream: string,
  query: string,
  operation: "query" | "queryAll"
): Effect.fn.Return<Job, ReadError> {
  const reply = yield* client.text({
    stream,
    method: "POST",
    path: client.resource("/jobs/query"),
    body: { operation, query, contentType: "CSV", columnDelimiter: "COMMA", lineEnding: "LF" }
  })
  const { id, createdDate } = yield* decodeReply(JobReply, "the new query job", reply)
  const created = Date.parse(createdDate ?? "")
  return {
    id,
    queryHash: hashOf(query),
    apiVersion: client.apiVersion,
    createdAt: Number.isNaN(created) ? client.clock.now() : instantFromMillis(created)
  }
})

const jobState = (client: SalesforceClient, stream: string, id: string): Effect.Effect<JobReply, ReadError> =>
  client
    .text({ stream, path: jobPath(client, id) })
    .pipe(Effect.flatMap((reply) => decodeReply(JobReply, `query job ${id}`, reply)))

const isOver = ({ state }: JobReply): boolean => ["JobComplete", "Failed", "Aborted"].includes(state)

/** Salesforce could not do it, or not by REST where Bulk is no way; not that somebody stopped it. */
export const isTooMuch = (error: ReadError): boolean =>
  error.code === "API_QUERY_TIMEOUT" ||
  (error instanceof SourceError && error.code === "JOB_FAILED" && error.said === "Failed")

/** Waits for the job's end; how many rows it has. One that was just made is not asked for at once: it never is over. */
export const awaitJob = Effect.fnUntraced(function* (
  client: SalesforceClient,
  stream: string,
  { id, isNew }: { readonly id: string; readonly isNew: boolean }
): Effect.fn.Return<number, ReadError> {
  let wait = FIRST_POLL
  if (isNew) {
    yield* Effect.sleep(wait)
    wait = Duration.times(wait, POLL_SLOWDOWN)
  }
  let job = yield* jobState(client, stream, id)
  while (!isOver(job)) {
    yield* Effect.sleep(wait)
    wait = Duration.min(Duration.times(wait, POLL_SLOWDOWN), SLOWEST_POLL)
    job = yield* jobState(client, stream, id)
  }
  if (job.state !== "JobComplete") {
    const why = job.errorMessage ?? `somebody aborted it`
    return yield* sourceError(
      "JOB_FAILED",
      `Salesforce could not finish the query job ${id} of ${stream}: ${why.replaceAll(/\s+/g, " ")}`,
      "Run it again. If it fails again: Setup → Bulk Data Load Jobs shows the job; fewer or no formula fields in `fields` make the query cheaper.",
      { said: job.state }
    )
  }
  return job.numberRecordsProcessed ?? 0
})

/** Best effort: an abandoned job only costs the org's time. */
export const abortJob = (client: SalesforceClient, stream: string, id: string): Effect.Effect<void> =>
  client
    .text({ stream, method: "PATCH", path: jobPath(client, id), body: { state: "Aborted" } })
    .pipe(Effect.ignore)
