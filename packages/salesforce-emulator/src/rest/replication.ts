/**
 * getDeleted and getUpdated: what left and what changed in a window of time, in whole minutes.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getupdated.htm
 */
import { Effect, Layer } from "effect"
import type { Sight } from "../access/sight.ts"
import { Switches } from "../control/switches.ts"
import type { SObject } from "../org/field.ts"
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
    : Effect.succeed(millis)
}

const wholeMinute = (millis: number) => Math.floor(millis / minute) * minute

const readWindow = (call: Call, days: number) =>
  Effect.gen(function* () {
    const { clock, commits } = yield* Org
    const from = yield* readTime(call, "start")
    const to = yield* readTime(call, "end")
    const [start, end] = [wholeMinute(from), wholeMinute(to)]
    if (start >= end) return yield* invalidDate("startDate has to be before endDate")
    if (start < wholeMinute(clock.now() - days * day)) {
      return yield* invalidDate(`startDate cannot be more than ${days} days ago`)
    }
    const settled = wholeMinute(Math.min(clock.now(), commits.openSince() ?? Number.POSITIVE_INFINITY))
    return { start, end, long: to - from, covered: Math.min(end, settled) }
  })

const timestamp = (millis: number) =>
  `TIMESTAMP '${new Date(millis).toISOString().slice(0, 19).replace("T", " ")}'`
const printed = (millis: number) => new Date(millis).toISOString().replace("Z", "+0000")

const within = (column: string, start: number, end: number) =>
  `${column} >= ${timestamp(start)} AND ${column} < ${timestamp(end + minute)}`

/** ` AND` the condition that a row of `gone` is shared with the user who asks. */
const shared = (sight: Sight, object: SObject) => {
  const condition = sight.shared(object, "gone")
  return condition === undefined ? "" : ` AND ${condition}`
}

const replicable = (call: Call) =>
  pathObject(call).pipe(
    Effect.filterOrFail(
      (object) => object.traits.replicateable,
      (object) => badRequest("INVALID_TYPE", `sObject type '${object.name}' is not replicateable`)
    )
  )

const getDeleted = (call: Call) =>
  Effect.gen(function* () {
    const { store, schema, clock, deleteLog, sight } = yield* Org
    const { values: switches } = yield* Switches
    const object = yield* replicable(call)
    const { start, end, long, covered } = yield* readWindow(call, reach.deleted)
    if (long < minute) return yield* invalidDate("endDate must be at least one minute after startDate")
    const whole = deleteLog.wholeSince(object, clock.now())
    if (start < wholeMinute(whole) && switches.deleteLogTooOld === "refuse") {
      return yield* invalidDate("startDate is before the earliest date of which deletes are known")
    }
    const gone = schema.field(object, "IsDeleted") === undefined ? `"_purged"` : `"IsDeleted"`
    const rows = yield* store.rows(
      `SELECT "Id", sf_datetime("_deleted_at") FROM ${quoted(object.name)} gone WHERE ${gone} AND ${within('"_deleted_at"', start, end)} AND "_deleted_at" >= ${timestamp(whole)}${shared(sight, object)} ORDER BY "_deleted_at", "Id"`
    )
    return json({
      deletedRecords: rows.map(([id, deletedDate]) => ({ deletedDate, id })),
      earliestDateAvailable: printed(Math.ceil(whole / minute) * minute),
      latestDateCovered: printed(covered)
    })
  })

const getUpdated = (call: Call) =>
  Effect.gen(function* () {
    const { store, schema, sight } = yield* Org
    const object = yield* replicable(call)
    const { start, end, covered } = yield* readWindow(call, reach.updated)
    const live = schema.field(object, "IsDeleted") === undefined ? `NOT "_purged"` : `NOT "IsDeleted"`
    const rows = yield* store.rows(
      `SELECT "Id" FROM ${quoted(object.name)} gone WHERE ${live} AND ${within('"SystemModstamp"', start, end)}${shared(sight, object)} ORDER BY "SystemModstamp", "Id"`
    )
    return json({ ids: rows.map(([id]) => id), latestDateCovered: printed(covered) })
  })

export const replicationRoutes = Layer.merge(
  restRoute("GET", "/sobjects/:object/deleted", getDeleted),
  restRoute("GET", "/sobjects/:object/updated", getUpdated)
)
