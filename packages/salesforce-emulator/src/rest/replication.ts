/**
 * getDeleted and getUpdated: what left and what changed in a window of time, in whole minutes.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getupdated.htm
 */
import { Effect, Layer } from "effect"
import { Org } from "../org/org.ts"
import { quoted } from "../org/store.ts"
import { type Call, json, restRoute } from "../server/rest-route.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { pathObject } from "./describe.ts"

const minute = 60_000
const day = 24 * 60 * minute
const reach = { deleted: 15, updated: 30 }

const invalidDate = (message: string) => badRequest("INVALID_REPLICATION_DATE", message)

const readTime = (call: Call, name: string) => {
  const text = call.search.get(name) ?? ""
  const millis = Date.parse(text.replace(" ", "+").replace(/([+-]\d\d)(\d\d)$/, "$1:$2"))
  return Number.isNaN(millis)
    ? badRequest("INVALID_REPLICATION_DATE", `${name} is not a valid date: ${text}`)
    : Effect.succeed(Math.floor(millis / minute) * minute)
}

const readWindow = (call: Call, days: number) =>
  Effect.gen(function* () {
    const { clock } = yield* Org
    const start = yield* readTime(call, "start")
    const end = yield* readTime(call, "end")
    if (start >= end) return yield* invalidDate("startDate has to be before endDate")
    if (start < clock.now() - days * day) {
      return yield* invalidDate(`startDate cannot be more than ${days} days ago`)
    }
    return { start, end, covered: Math.min(end, Math.floor(clock.now() / minute) * minute) }
  })

const timestamp = (millis: number) =>
  `TIMESTAMP '${new Date(millis).toISOString().slice(0, 19).replace("T", " ")}'`
const printed = (millis: number) => new Date(millis).toISOString().replace("Z", "+0000")

const within = (column: string, start: number, end: number) =>
  `${column} >= ${timestamp(start)} AND ${column} < ${timestamp(end + minute)}`

const replicable = (call: Call) =>
  pathObject(call).pipe(
    Effect.filterOrFail(
      (object) => object.traits.replicateable,
      (object) => badRequest("INVALID_TYPE", `sObject type '${object.name}' is not replicateable`)
    )
  )

const getDeleted = (call: Call) =>
  Effect.gen(function* () {
    const { store, schema, clock } = yield* Org
    const object = yield* replicable(call)
    const { start, end, covered } = yield* readWindow(call, reach.deleted)
    const gone = schema.field(object, "IsDeleted") === undefined ? `"_purged"` : `"IsDeleted"`
    const rows = yield* store.rows(
      `SELECT "Id", sf_datetime("_deleted_at") FROM ${quoted(object.name)} WHERE ${gone} AND ${within('"_deleted_at"', start, end)} ORDER BY "_deleted_at", "Id"`
    )
    return json({
      deletedRecords: rows.map(([id, deletedDate]) => ({ deletedDate, id })),
      earliestDateAvailable: printed(Math.floor((clock.now() - reach.deleted * day) / minute) * minute),
      latestDateCovered: printed(covered)
    })
  })

const getUpdated = (call: Call) =>
  Effect.gen(function* () {
    const { store, schema } = yield* Org
    const object = yield* replicable(call)
    const { start, end, covered } = yield* readWindow(call, reach.updated)
    const live = schema.field(object, "IsDeleted") === undefined ? `NOT "_purged"` : `NOT "IsDeleted"`
    const rows = yield* store.rows(
      `SELECT "Id" FROM ${quoted(object.name)} WHERE ${live} AND ${within('"SystemModstamp"', start, end)} ORDER BY "SystemModstamp", "Id"`
    )
    return json({ ids: rows.map(([id]) => id), latestDateCovered: printed(covered) })
  })

export const replicationRoutes = Layer.merge(
  restRoute("GET", "/sobjects/:object/deleted", getDeleted),
  restRoute("GET", "/sobjects/:object/updated", getUpdated)
)
