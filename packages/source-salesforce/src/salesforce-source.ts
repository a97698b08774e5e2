/** Salesforce as a source: the connector contract over the parts of this package. */
import { openSession, type Session } from "@decant/auth"
import type { OpenSource, Source, SourceConnector } from "@decant/connector"
import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer, Semaphore, Stream } from "effect"
import { HttpClient } from "effect/http"
import { DOWNLOADS_PER_ORG } from "./bulk-pages.ts"
import { makeCallLedger } from "./call-ledger.ts"
import { catalogOf } from "./catalog-of.ts"
import { checkOrg } from "./check-org.ts"
import { makeOrgClock } from "./org-clock.ts"
import { readIdentity } from "./org-identity.ts"
import { type PlannedStream, planStreams } from "./plan-streams.ts"
import type { ReadError } from "./read-error.ts"
import { readStream } from "./read-stream.ts"
import { makeSalesforceClient } from "./salesforce-client.ts"
import { sourceError } from "./source-error.ts"

const notPlanned = (stream: string) =>
  sourceError("STREAM_UNKNOWN", `${stream} was not planned before it was read.`, "Plan the stream first.")

/** A source over a session that is already there. */
export const sourceOver = Effect.fnUntraced(function* (
  http: HttpClient.HttpClient,
  session: Session,
  { spec }: OpenSource
): Effect.fn.Return<Source, ReadError> {
  const client = makeSalesforceClient({
    http,
    session,
    apiVersion: spec.source.apiVersion,
    clock: makeOrgClock(),
    ledger: makeCallLedger()
  })
  const identity = yield* readIdentity(client, session)
  const downloads = yield* Semaphore.make(DOWNLOADS_PER_ORG)
  const planned = new Map<string, PlannedStream>()
  return {
    identity,
    check: checkOrg(client, spec, identity),
    discover: (objects) => catalogOf(client, objects),
    plan: (request) =>
      Effect.map(planStreams(client, spec, request), (streams) => {
        for (const stream of streams) planned.set(stream.plan.stream, stream)
        return streams.map(({ plan }) => plan)
      }),
    read: (plan, context) => {
      const stream = planned.get(plan.stream)
      if (stream === undefined || stream.definition === null) return Stream.fail(notPlanned(plan.stream))
      return readStream({
        reading: {
          client,
          definition: stream.definition,
          generation: plan.checkpoint.generation,
          context,
          downloads
        },
        checkpoint: plan.checkpoint,
        resumes: plan.resumes,
        lookback: spec.source.lookback,
        abandonedJob: stream.abandonedJob
      })
    },
    usage: (stream) => Effect.sync(() => client.ledger.usage(stream))
  }
})

const open = (options: OpenSource) =>
  Effect.gen(function* () {
    const layer = yield* Layer.build(NodeHttpClient.layerUndici)
    const session = yield* openSession({
      source: options.spec.source,
      folder: options.folder,
      connection: options.spec.name
    }).pipe(Effect.provide(layer))
    const http = yield* HttpClient.HttpClient.pipe(Effect.provide(layer))
    return yield* sourceOver(http, session, options)
  })

export const salesforce: SourceConnector = { type: "salesforce", open }
