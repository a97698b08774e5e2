/** From the spec and the org's describes to one plan for each stream. What is wrong with one stream stays its own. */
import {
  type ObjectStream,
  type PlanRequest,
  type Spec,
  type StreamCheckpoint,
  type StreamPlan,
  streamName
} from "@decant/connector"
import { Effect, Result } from "effect"
import {
  type Described,
  describeObjects,
  describeParents,
  listObjects,
  type PathsOfObject,
  unknownObject
} from "../describe/describe-objects.ts"
import type { Related } from "../fields/field-path.ts"
import { wishedPaths } from "../fields/field-wishes.ts"
import { didYouMean } from "../nearest-name.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { type SourceError, sourceError } from "../source-error.ts"
import { backfillOf, checkBackfill } from "./asked-backfill.ts"
import { type Defining, defineObjects } from "./define-objects.ts"
import { keepingHidden, type SeesAll } from "./hidden-rows.ts"
import { refreshDue } from "./refresh-due.ts"
import type { Rename } from "./renamed-fields.ts"
import { schemaDifference } from "./schema-fingerprint.ts"
import { selectedPaths } from "./soql-columns.ts"
import { defineSoqlStream, type ParsedSoql, parseSoql } from "./soql-definition.ts"
import { choiceNames, chooseStreams, hasGlob, type StreamChoice } from "./stream-choice.ts"
import { type StreamDefinition, wishesOf } from "./stream-definition.ts"
import { planWindow } from "./window-plan.ts"

/** A plan and what its reading needs besides. */
export interface PlannedStream {
  readonly plan: StreamPlan
  readonly definition: StreamDefinition | null
  readonly abandonedJob: string | null
}

const unread = (plan: StreamPlan): PlannedStream => ({ plan, definition: null, abandonedJob: null })

const failed = (stream: string, failure: ReadError): PlannedStream =>
  unread({ status: "failed", stream, failure })

/** Names on the command line must be streams of the spec. */
const checkNames = (choice: StreamChoice, request: PlanRequest): Effect.Effect<void, SourceError> => {
  const known = choiceNames(choice)
  const lower = new Set(known.map((name) => name.toLowerCase()))
  const named = [
    ...request.only,
    ...request.fullRefresh,
    ...(request.backfill ?? []).map(({ stream }) => stream)
  ]
  const wrong = named.find((name) => !lower.has(name.toLowerCase()))
  return wrong === undefined
    ? Effect.void
    : Effect.fail(
        sourceError(
          "STREAM_UNKNOWN",
          `The spec has no stream ${wrong}.${didYouMean(wrong, known)}`,
          `Its streams are ${known.join(", ")}.`,
          { disposition: "spec" }
        )
      )
}

const listsName = (names: ReadonlyArray<string>, stream: string): boolean =>
  names.some((name) => name.toLowerCase() === stream.toLowerCase())

/** Objects that a plan of these streams describes in any case. */
export const namedObjects = (spec: Spec, only: ReadonlyArray<string>): ReadonlyArray<string> =>
  chooseStreams(spec, [])
    .objects.filter((stream) => only.length === 0 || listsName(only, streamName(stream)))
    .map(({ object }) => object)

/** The object's describe, or why the stream cannot be. */
const settle = Effect.fnUntraced(function* (
  client: SalesforceClient,
  objects: ReadonlyArray<string>,
  ahead: Described
): Effect.fn.Return<Described, ReadError> {
  const unknown = objects.filter((object) => !ahead.has(object.toLowerCase()))
  const described = new Map([...ahead, ...(yield* describeObjects(client, unknown))])
  const missing = objects.filter((object) => {
    const result = described.get(object.toLowerCase())
    return result !== undefined && Result.isFailure(result) && result.failure.code === "API_NOT_FOUND"
  })
  const known = missing.length === 0 ? [] : yield* listObjects(client)
  for (const object of missing) {
    described.set(object.toLowerCase(), Result.fail(unknownObject(object, known)))
  }
  return described
})

/** What became of columns since the last run, for those that the destination's own report does not tell. */
const columnWarnings = (
  definition: StreamDefinition,
  stored: StreamCheckpoint | undefined
): ReadonlyArray<string> => {
  if (stored?.phase !== "incremental") return []
  const { added, changed } = schemaDifference(stored.schemaFingerprint, definition.schemaFingerprint)
  const filled = [...added, ...changed]
  return filled.length === 0
    ? []
    : [
        definition.schema.key === null
          ? `Rows of ${definition.stream} that have not changed have no ${filled.join(", ")} until it is read again with --full-refresh.`
          : `${filled.join(", ")} of ${definition.stream} ${filled.length === 1 ? "is" : "are"} read of all rows, also of those that have not changed.`
      ]
}

/** What a refresh that the spec has switched off leaves undone. */
const offWarnings = ({ refresh }: Spec, definition: StreamDefinition): ReadonlyArray<string> => [
  ...(refresh.formulas === "off" && definition.silentColumns.length > 0
    ? [
        `${definition.silentColumns.join(", ")} of ${definition.stream} change without a stamp and are not kept up to date: \`refresh.formulas\` is off.`
      ]
    : []),
  ...(refresh.reconcile === "off" && definition.cursorField !== null && !definition.keepsMissing
    ? [`The Ids of ${definition.stream} are never compared with the org's: \`refresh.reconcile\` is off.`]
    : [])
]

const planObjects = (
  of: Defining & { readonly client: SalesforceClient; readonly access: string | null },
  objects: ReadonlyArray<ObjectStream>
): Effect.Effect<ReadonlyArray<PlannedStream>, ReadError> =>
  Effect.map(defineObjects(of.client, of, objects), (defined) =>
    defined.map(({ name, found }) =>
      Result.isFailure(found) ? failed(name, found.failure) : planDefined({ ...of, ...found.success })
    )
  )

const planDefined = (of: {
  readonly client: SalesforceClient
  readonly spec: Spec
  readonly request: PlanRequest
  readonly access: string | null
  readonly definition: StreamDefinition
  readonly renamed?: ReadonlyArray<Rename>
}): PlannedStream => {
  const { definition } = of
  const name = definition.stream
  const stored = of.request.checkpoints[name]
  const window = planWindow(definition, stored, listsName(of.request.fullRefresh, name), {
    now: of.client.clock.now(),
    lookback: of.spec.source.lookback,
    apiVersion: of.client.apiVersion,
    isDue: refreshDue(of.spec),
    access: of.access,
    backfill: backfillOf(of.request, definition).flatMap(({ columns }) => columns)
  })
  return {
    plan: {
      status: "ready",
      stream: name,
      schema: definition.schema,
      mode: window.mode,
      checkpoint: window.checkpoint,
      resumes: window.resumes,
      renamed: of.renamed ?? [],
      warnings: [
        ...definition.warnings,
        ...columnWarnings(definition, stored),
        ...offWarnings(of.spec, definition)
      ]
    },
    definition,
    abandonedJob: window.abandoned
  }
}

const planSoql = (of: {
  readonly client: SalesforceClient
  readonly spec: Spec
  readonly soql: ParsedSoql
  readonly described: Described
  readonly related: Related
  readonly request: PlanRequest
  readonly access: string | null
}): PlannedStream => {
  const { stream, object } = of.soql
  const described = of.described.get(object.toLowerCase())
  if (described === undefined) return failed(stream.name, unknownObject(object, []))
  const defined = Result.flatMap(described, (describe) =>
    defineSoqlStream(of.spec, of.soql, describe, of.related)
  )
  return Result.isFailure(defined)
    ? failed(stream.name, defined.failure)
    : planDefined({ ...of, definition: defined.success })
}

const pathsIn = (
  described: Described,
  object: string,
  paths: ReadonlyArray<string>
): ReadonlyArray<PathsOfObject> => {
  const result = described.get(object.toLowerCase())
  return result !== undefined && Result.isSuccess(result) ? [{ describe: result.success, paths }] : []
}

const pathsOf = (
  spec: Spec,
  objects: ReadonlyArray<ObjectStream>,
  described: Described
): ReadonlyArray<PathsOfObject> =>
  objects.flatMap((stream) => pathsIn(described, stream.object, wishedPaths(wishesOf(spec, stream))))

export const planStreams = Effect.fn("salesforce.plan")(function* (of: {
  readonly client: SalesforceClient
  readonly spec: Spec
  readonly request: PlanRequest
  /** What the user may see, as a mark. */
  readonly access: string | null
  readonly seesAll: SeesAll
  /** Objects that are described already. */
  readonly ahead: Described
}): Effect.fn.Return<ReadonlyArray<PlannedStream>, ReadError> {
  const { client, spec, request, access, seesAll, ahead } = of
  const choice = chooseStreams(spec, hasGlob(spec) ? yield* listObjects(client) : [])
  yield* checkNames(choice, request)
  const wanted = (stream: string): boolean => request.only.length === 0 || listsName(request.only, stream)
  const objects = choice.objects.filter((stream) => wanted(streamName(stream)))
  const soql = yield* Effect.forEach(
    choice.soql.filter(({ name }) => wanted(name)),
    (stream) => Effect.map(parseSoql(stream), (parsed) => ({ stream, parsed }))
  )
  const queries = soql.flatMap(({ parsed }) => (Result.isSuccess(parsed) ? [parsed.success] : []))
  const described = yield* settle(
    client,
    [...objects, ...queries].map(({ object }) => object),
    ahead
  )
  const related = yield* describeParents(client, [
    ...pathsOf(spec, objects, described),
    ...queries.flatMap(({ object, query }) => pathsIn(described, object, selectedPaths(query)))
  ])
  const plans = [
    ...(yield* planObjects({ client, spec, described, related, request, access }, objects)),
    ...soql.map(({ stream, parsed }) =>
      Result.isFailure(parsed)
        ? failed(stream.name, parsed.failure)
        : planSoql({ client, spec, soql: parsed.success, described, related, request, access })
    ),
    ...choice.skipped
      .filter(({ stream }) => wanted(stream))
      .map(({ stream, reason }) => unread({ status: "skipped", stream, reason }))
  ]
  yield* checkBackfill(
    request,
    plans.flatMap(({ definition }) => definition ?? [])
  )
  return yield* Effect.forEach(plans, (planned) =>
    Effect.map(keepingHidden(planned, request, seesAll), (plan) => ({ ...planned, plan }))
  )
})
