/**
 * `POST /emulator/records/:object`: changes as if users had made them, in one transaction, and who gets to see rows. Values may name any
 * stored field, audit fields included, so that tests can place rows exactly.
 */
import { Effect, Schema } from "effect"
import { applyChanges } from "../org/changes.ts"
import type { SObject } from "../org/field.ts"
import { normaliseId } from "../org/id.ts"
import { Org } from "../org/org.ts"
import { quoted } from "../org/store.ts"
import { has } from "../org/writes.ts"
import { json, plainRoute } from "../server/rest-route.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { readBody } from "./control-body.ts"
import { findUsers } from "./find-users.ts"
import { Switches } from "./switches.ts"

const Rows = Schema.Array(Schema.Record(Schema.String, Schema.Unknown))
const Ids = Schema.Array(Schema.String)
/** Of all users who lack View All Data, or of users by id or username. */
const Sharing = Schema.Union([
  Ids,
  Schema.Struct({ ids: Ids, users: Schema.optionalKey(Schema.Array(Schema.String)) })
])
const Merge = Schema.Struct({ master: Schema.String, losers: Ids })

const Body = Schema.Struct({
  insert: Schema.optionalKey(Rows),
  update: Schema.optionalKey(Rows),
  delete: Schema.optionalKey(Ids),
  undelete: Schema.optionalKey(Ids),
  hardDelete: Schema.optionalKey(Ids),
  /** Rows that leave the recycle bin, or true for all of them. */
  emptyBin: Schema.optionalKey(Schema.Union([Ids, Schema.Boolean])),
  /** False: getDeleted does not get to know of rows that leave for good. */
  deleteLog: Schema.optionalKey(Schema.Boolean),
  /** Forgets the deletes up to now, as Salesforce does with the oldest entries of a long log. */
  purgeDeleteLog: Schema.optionalKey(Schema.Boolean),
  share: Schema.optionalKey(Sharing),
  unshare: Schema.optionalKey(Sharing),
  merge: Schema.optionalKey(Schema.Union([Schema.Array(Merge), Merge])),
  /** How long after its stamp the change becomes visible. */
  lateCommitSeconds: Schema.optionalKey(Schema.Finite)
})

const isList = <A>(value: A | ReadonlyArray<A>): value is ReadonlyArray<A> => Array.isArray(value)

export const controlObject = (name: string) =>
  Effect.flatMap(Org, ({ schema }) => {
    const object = schema.object(name)
    return object === undefined
      ? badRequest("INVALID_CONTROL_CALL", `the org has no object ${name}`)
      : Effect.succeed(object)
  })

const allOfBin = (org: Org["Service"], object: SObject) =>
  has(object, "IsDeleted")
    ? Effect.map(
        org.store.rows(`SELECT "Id" FROM ${quoted(object.name)} WHERE "IsDeleted" AND NOT "_purged"`),
        (rows) => rows.map(([id]) => String(id))
      )
    : Effect.succeed([])

/** Ids as given, in 18 characters. */
const fullIds = (ids: ReadonlyArray<string>) =>
  Effect.forEach(ids, (id) => {
    const full = normaliseId(id)
    return full === undefined
      ? badRequest("MALFORMED_ID", `id value of incorrect type: ${id}`)
      : Effect.succeed(full)
  })

const changeSharing = (
  org: Org["Service"],
  object: SObject,
  given: typeof Sharing.Type | undefined,
  visible: boolean
) =>
  Effect.gen(function* () {
    if (given === undefined) return []
    const { ids, users } = "ids" in given ? given : { ids: given, users: undefined }
    const change = {
      ids: yield* fullIds(ids),
      userIds: users === undefined ? undefined : yield* findUsers(org, users)
    }
    yield* org.access.sharing.change(object, change, visible)
    return change.ids
  })

export const recordRoutes = plainRoute("POST", "/emulator/records/:object", ({ request, params }) =>
  Effect.gen(function* () {
    const org = yield* Org
    const { values: switches } = yield* Switches
    const object = yield* controlObject(params.object ?? "")
    const body = yield* readBody(request, Body)
    const { lateCommitSeconds, merge = [], emptyBin = [], share, unshare, purgeDeleteLog, ...changes } = body
    const emptied = emptyBin === true ? yield* allOfBin(org, object) : emptyBin === false ? [] : emptyBin
    const as = { userId: org.adminId, lateBySeconds: lateCommitSeconds }
    const changed = yield* applyChanges(
      org,
      object,
      { ...changes, merge: isList(merge) ? merge : [merge] },
      as
    )
    const lateBySeconds = Math.max(lateCommitSeconds ?? 0, switches.emptiedBinHours * 3600)
    const { emptied: gone } = yield* applyChanges(
      org,
      object,
      { emptyBin: emptied, deleteLog: changes.deleteLog ?? true },
      { ...as, lateBySeconds }
    )
    if (purgeDeleteLog === true) org.deleteLog.purge(object, org.clock.now())
    return json({
      ...changed,
      emptied: gone,
      shared: yield* changeSharing(org, object, share, true),
      unshared: yield* changeSharing(org, object, unshare, false)
    })
  })
)
