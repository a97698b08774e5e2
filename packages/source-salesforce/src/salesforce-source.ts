/** Salesforce as a source: the connector contract over the parts of this package. */
import { join } from "node:path"
import { type ApiUsage, openSession, type Session } from "@decant/auth"
import type {
  Forecast,
  OpenSource,
  ReadContext,
  Source,
  SourceConnector,
  StreamCheckpoint
} from "@decant/connector"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { type Duration, Effect, Layer, type Scope, Semaphore, Stream } from "effect"
import { HttpClient } from "effect/http"
import { checkOrg } from "./check/check-org.ts"
import { seesEveryRow } from "./check/row-access-lines.ts"
import { readUserPermissions } from "./check/user-permissions.ts"
import { catalogOf, rawDescribes } from "./describe/catalog-of.ts"
import { type Described, describeObjects } from "./describe/describe-objects.ts"
import { budgetGate, type Shares, sharesOf } from "./org/api-budget.ts"
import { makeBulkRoom } from "./org/bulk-room.ts"
import { openCallCount } from "./org/call-count.ts"
import { makeCallLedger } from "./org/call-ledger.ts"
import { type DeleteQuestion, makeDeleteLog } from "./org/delete-log.ts"
import { makeOrgClock } from "./org/org-clock.ts"
import { readIdentity } from "./org/org-identity.ts"
import { recordCounts } from "./org/record-counts.ts"
import { makeSalesforceClient } from "./org/salesforce-client.ts"
import { blameFilter } from "./read/blame-filter.ts"
import { untilFieldsAgree } from "./read/field-race.ts"
import { readPart } from "./read/read-part.ts"
import { readStream } from "./read/read-stream.ts"
import type { StreamReading } from "./read/stream-reading.ts"
import { separateParts } from "./read/whole-in-parts.ts"
import { deletesFrom } from "./read/window-deletes.ts"
import type { ReadError } from "./read-error.ts"
import { sourceError } from "./source-error.ts"
import { describeAgain } from "./streams/describe-again.ts"
import { forecastStreams } from "./streams/forecast.ts"
import { namedObjects, type PlannedStream, planStreams } from "./streams/plan-streams.ts"
import { refreshDue } from "./streams/refresh-due.ts"
import type { StreamDefinition } from "./streams/stream-definition.ts"
import { type Tuning, tunedBy, tuning } from "./tuning.ts"
import { makeProver } from "./verify/prover.ts"

const notPlanned = (stream: string) =>
  sourceError("STREAM_UNKNOWN", `${stream} was not planned before it was read.`, "Plan the stream first.")

/** Increments ask for their deletes at about one time; whole readings take as long as they take. */
const deleteQuestion = (
  { plan, definition }: PlannedStream,
  lookback: Duration.Duration
): ReadonlyArray<DeleteQuestion> => {
  if (plan.status !== "ready" || plan.mode !== "incremental" || plan.resumes) return []
  const window = plan.checkpoint.work[0]?.window
  if (definition?.followsDeletes !== true || window === undefined) return []
  const from = deletesFrom({ coveredTo: plan.checkpoint.deletesCoveredTo, window, lookback })
  return [{ stream: plan.stream, object: definition.object, from }]
}

const wholeObjects = (planned: Iterable<PlannedStream>): ReadonlyArray<string> => [
  ...new Set(
    [...planned].flatMap(({ plan, definition }) =>
      plan.status === "ready" &&
      plan.mode !== "incremental" &&
      definition !== null &&
      definition.soql === null
        ? [definition.object]
        : []
    )
  )
]

/** Calls that may still be made; of the org's share alone where the spec sets no budget. */
const callsLeft = (usage: ApiUsage | null, shares: Shares | null, own: number): Forecast["budget"] => {
  if (usage === null) return null
  const ofOrg = usage.max * (shares?.org ?? 1) - usage.used
  const ofOwn = shares === null ? ofOrg : usage.max * shares.own - own
  return { ...usage, left: Math.max(0, Math.floor(Math.min(ofOrg, ofOwn))) }
}

/** Null without a budget in the spec. */
const openBudget = Effect.fnUntraced(function* ({ spec, folder }: OpenSource) {
  const shares = sharesOf(spec.source.apiBudget)
  if (shares === null) return null
  const count = yield* Effect.acquireRelease(
    Effect.sync(() => openCallCount(join(folder, ".decant", `${spec.name}.api-calls.json`))),
    (opened) => Effect.sync(opened.save)
  )
  return { shares, count, gate: budgetGate(shares, count) }
})

const sourceOver = Effect.fnUntraced(function* (
  http: HttpClient.HttpClient,
  session: Session,
  options: OpenSource,
  sizes: Tuning
): Effect.fn.Return<Source, ReadError, Scope.Scope> {
  const { spec } = options
  const budget = yield* openBudget(options)
  const client = makeSalesforceClient({
    http,
    session,
    apiVersion: spec.source.apiVersion,
    clock: makeOrgClock(),
    ledger: makeCallLedger(),
    ...(budget === null ? {} : { gate: budget.gate })
  })
  const identity = yield* readIdentity(client, session)
  const atOnce = identity.isDeveloper ? sizes.downloadsPerDeveloperOrg : sizes.downloadsPerOrg
  const downloads = yield* Semaphore.make(atOnce)
  const bulk = yield* makeBulkRoom(client, sharesOf(spec.source.apiBudget)?.org ?? null)
  const deleteLog = yield* makeDeleteLog(client)
  const permissions = yield* Effect.cached(readUserPermissions(client))
  const seesAll = (object: string) =>
    Effect.flatMap(permissions, (held) => seesEveryRow(client, identity.userId, object, held))
  const planned = new Map<string, PlannedStream>()
  // Asked once for all objects that are read whole, when the first of them is.
  const counts = yield* Effect.cached(
    Effect.suspend(() => recordCounts(client, wholeObjects(planned.values()))).pipe(
      Effect.catchIf(
        ({ disposition }) => disposition === "failed",
        () => Effect.succeed<ReadonlyMap<string, number>>(new Map())
      )
    )
  )
  let ahead: Described = new Map()
  /** Once: a later plan wants to know how things are then. */
  const takeAhead = (): Described => {
    const taken = ahead
    ahead = new Map()
    return taken
  }
  const budgetNow = () => callsLeft(client.apiUsage(), budget?.shares ?? null, budget?.count.total() ?? 0)
  const readingOf = (
    definition: StreamDefinition,
    generation: number,
    context: ReadContext
  ): StreamReading => ({
    client,
    definition,
    generation,
    context,
    rowsOf: (object) => Effect.map(counts, (found) => found.get(object.toLowerCase()) ?? null),
    bulk,
    downloads,
    deleteLog,
    seesAll,
    lookback: spec.source.lookback,
    isDue: refreshDue(spec),
    access: identity.access,
    tuning: sizes
  })
  return {
    identity,
    check: checkOrg(client, options, identity),
    discover: (objects) => catalogOf(client, objects),
    describe: (objects) => rawDescribes(client, objects),
    forecast: (plans) =>
      Effect.gen(function* () {
        const sharedCalls = client.ledger.usage(null).apiCalls
        const known = plans.flatMap((plan) => {
          const definition = planned.get(plan.stream)?.definition ?? null
          return definition === null ? [] : [{ plan, definition }]
        })
        const streams = yield* forecastStreams(client, known, sizes)
        const followsDeletes = known.some(({ definition }) => definition.followsDeletes)
        const asksCounts = wholeObjects(planned.values()).length > 0
        const asked = (followsDeletes ? 1 : 0) + (asksCounts ? 1 : 0)
        return { streams, sharedCalls: sharedCalls + asked, budget: budgetNow() }
      }),
    budget: Effect.sync(budgetNow),
    askAhead: (only) =>
      describeObjects(client, namedObjects(spec, only)).pipe(
        Effect.tap((described) =>
          Effect.sync(() => {
            ahead = described
          })
        ),
        Effect.ignore
      ),
    plan: (request) =>
      Effect.map(
        planStreams({ client, spec, request, access: identity.access, seesAll, ahead: takeAhead() }),
        (streams) => {
          for (const stream of streams) planned.set(stream.plan.stream, stream)
          deleteLog.expect(streams.flatMap((stream) => deleteQuestion(stream, spec.source.lookback)))
          return streams.map(({ plan }) => plan)
        }
      ),
    read: (plan, context) => {
      const stream = planned.get(plan.stream)
      const definition = stream?.definition ?? null
      if (stream === undefined || definition === null) return Stream.fail(notPlanned(plan.stream))
      const readAs = (settled: StreamDefinition, checkpoint: StreamCheckpoint) =>
        readStream({
          reading: readingOf(settled, plan.checkpoint.generation, context),
          checkpoint,
          resumes: plan.resumes,
          abandonedJob: stream.abandonedJob
        })
      return untilFieldsAgree(
        plan.checkpoint,
        (checkpoint) => readAs(definition, checkpoint),
        (checkpoint) =>
          Effect.map(describeAgain(client, spec, definition), (now) =>
            readAs(now, { ...checkpoint, schemaFingerprint: now.schemaFingerprint })
          )
      ).pipe(Stream.mapError(blameFilter(definition)))
    },
    parts: separateParts,
    readPart: (plan, part, context) => {
      const definition = planned.get(plan.stream)?.definition ?? null
      if (definition === null) return Stream.fail(notPlanned(plan.stream))
      const reading = readingOf(definition, plan.checkpoint.generation, context)
      return readPart(reading, plan.checkpoint, part).pipe(Stream.mapError(blameFilter(definition)))
    },
    prover: makeProver({
      definitionOf: (stream) => planned.get(stream)?.definition ?? null,
      readingOf: (definition, context) => readingOf(definition, 1, context),
      lookback: spec.source.lookback,
      tuning: sizes
    }),
    usage: (stream) => Effect.sync(() => client.ledger.usage(stream))
  }
})

/** Logs in; its connections close with the scope. */
export const openSalesforce = (options: OpenSource, sizes: Tuning = tuning) =>
  Effect.gen(function* () {
    const layer = yield* Layer.build(NodeHttpClient.layerUndici)
    const session = yield* openSession({
      source: options.spec.source,
      folder: options.folder,
      connection: options.spec.name
    }).pipe(Effect.provide(layer))
    const http = yield* HttpClient.HttpClient.pipe(Effect.provide(layer))
    return yield* sourceOver(http, session, options, tunedBy(sizes, options.spec.source.parts))
  })

export const salesforce: SourceConnector = {
  type: "salesforce",
  open: (options) => openSalesforce(options)
}
