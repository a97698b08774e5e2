/** From the `source` block of a spec to an org to work with: the same login, token and limits as a sync's. */
import { join } from "node:path"
import { openSession, type Session } from "@decant/auth"
import type { SalesforceSource } from "@decant/connector"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Layer, Schema, type Scope } from "effect"
import { HttpClient } from "effect/http"
import { checkObject } from "./api-names.ts"
import { bulkQuery } from "./bulk/query-job.ts"
import { ObjectDescribe, ObjectSummary } from "./describe-shape.ts"
import { makeJsforce } from "./jsforce-adapter.ts"
import { type LoadSizes, loadSizes, makeLoads } from "./load/loads.ts"
import { didYouMean } from "./nearest-name.ts"
import type { Org, WhoAmI } from "./org.ts"
import { type OrgFailure, orgError } from "./org-error.ts"
import { makeRecords } from "./records.ts"
import { makeRest } from "./rest-call.ts"
import { decodeValue } from "./wire/decode-answer.ts"
import { makeOrgWire } from "./wire/org-wire.ts"
import { makeWriteLog } from "./write-log.ts"

export interface OpenOrg {
  readonly source: SalesforceSource
  /** The spec's folder: relative paths of the spec are relative to it. */
  readonly folder: string
  /** The stored login of methods that have one: the spec's name. */
  readonly connection: string
  /** Where writes are logged and loads remembered: the checkpoint's folder, `.decant`. */
  readonly stateFolder: string
  /** Who asks, for the log of writes: `decant record`, `decant mcp` … */
  readonly by: string
  /** The Salesforce user to act as; needs jwt-bearer. */
  readonly as?: string
  /** How loads are cut; for tests. */
  readonly sizes?: LoadSizes
  readonly env?: Readonly<Record<string, string | undefined>>
}

const Objects = Schema.Struct({ sobjects: Schema.Array(ObjectSummary) })
const Records = Schema.Array(Schema.Record(Schema.String, Schema.Unknown))
const Found = Schema.Union([Schema.Struct({ searchRecords: Records }), Records])

const actingAs = (source: SalesforceSource, user: string | undefined) => {
  if (user === undefined) return Effect.succeed(source)
  const { auth } = source
  return auth.method === "jwt-bearer"
    ? Effect.succeed({ ...source, auth: { ...auth, username: user } })
    : Effect.fail(
        orgError("ACT_AS_UNSUPPORTED", {
          message: `Acting as ${user} needs \`jwt-bearer\`; the spec logs in by ${auth.method}.`
        })
      )
}

const whoIs = (session: Session): Effect.Effect<WhoAmI, OrgFailure> =>
  Effect.map(session.token, ({ identityUrl, instanceUrl }) => {
    const [orgId = "", userId = ""] = identityUrl.split("/").slice(-2)
    return { orgId, userId, instanceUrl }
  })

/** Of a spec that names only its own share, as a sync takes it. */
const ORG_SHARE = 0.9

const orgShareOf = (budget: SalesforceSource["apiBudget"]): number | null => {
  if (budget === undefined) return null
  return typeof budget === "number" ? ORG_SHARE : budget.org
}

/** The first call logs in; connections close with the scope. */
export const openOrg = Effect.fn("org.openOrg")(function* (
  of: OpenOrg
): Effect.fn.Return<Org, OrgFailure, Scope.Scope> {
  const source = yield* actingAs(of.source, of.as)
  const layer = yield* Layer.build(NodeHttpClient.layerUndici)
  const http = yield* HttpClient.HttpClient.pipe(Effect.provide(layer))
  const session = yield* openSession({
    source,
    folder: of.folder,
    connection: of.connection,
    ...(of.env === undefined ? {} : { env: of.env })
  }).pipe(Effect.provide(layer))
  const version = source.apiVersion
  const wire = makeOrgWire({ http, session, orgShare: orgShareOf(source.apiBudget) })
  const jsforce = makeJsforce(wire, version)
  const whoAmI = whoIs(session)
  const log = makeWriteLog(
    join(of.stateFolder, "writes.jsonl"),
    Effect.map(whoAmI, ({ orgId, userId }) => ({ by: of.by, orgId, userId }))
  )
  const objects = Effect.map(
    Effect.flatMap(jsforce.describeGlobal, (answer) => decodeValue(Objects, "the org's objects", answer)),
    ({ sobjects }) => sobjects
  )
  const unknownObject = (object: string) =>
    Effect.flatMap(objects, (known) =>
      Effect.fail(
        orgError("ORG_OBJECT_UNKNOWN", {
          message: `The org has no object ${object} that this user may see.${didYouMean(
            object,
            known.map(({ name }) => name)
          )}`
        })
      )
    )
  const describe: Org["describe"] = Effect.fn("org.describe")(function* (object) {
    yield* checkObject(object)
    const described = yield* jsforce.describe(object).pipe(
      Effect.catchIf(
        ({ code }) => code === "API_NOT_FOUND",
        () => unknownObject(object)
      )
    )
    return yield* decodeValue(ObjectDescribe, object, described)
  })
  return {
    apiVersion: version,
    whoAmI,
    apiUsage: wire.usage,
    query: (statement, options = {}) => jsforce.pages(statement, options),
    bulkQuery: (statement, options = {}) => bulkQuery(wire, version, statement, options),
    search: Effect.fn("org.search")(function* (statement) {
      const found = yield* decodeValue(Found, "a search", yield* jsforce.search(statement))
      return "searchRecords" in found ? found.searchRecords : found
    }),
    objects,
    describe,
    ...makeRecords(jsforce, log),
    rest: makeRest(wire, log),
    loads: makeLoads({
      wire,
      jsforce,
      version,
      describe,
      whoAmI,
      log,
      folder: join(of.stateFolder, "loads"),
      sizes: of.sizes ?? loadSizes
    })
  }
})
