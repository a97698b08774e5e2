/**
 * `POST /emulator/records/:object`: changes as if users had made them, all in one transaction. Values may name any
 * stored field, audit fields included, so that tests can place rows exactly.
 */
import { Effect, Schema } from "effect"
import { applyChanges } from "../org/changes.ts"
import { Org } from "../org/org.ts"
import { json, plainRoute } from "../server/rest-route.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { readBody } from "./control-body.ts"

const Rows = Schema.Array(Schema.Record(Schema.String, Schema.Unknown))
const Ids = Schema.Array(Schema.String)
const Merge = Schema.Struct({ master: Schema.String, losers: Ids })

const Body = Schema.Struct({
  insert: Schema.optionalKey(Rows),
  update: Schema.optionalKey(Rows),
  delete: Schema.optionalKey(Ids),
  undelete: Schema.optionalKey(Ids),
  hardDelete: Schema.optionalKey(Ids),
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

export const recordRoutes = plainRoute("POST", "/emulator/records/:object", ({ request, params }) =>
  Effect.gen(function* () {
    const org = yield* Org
    const object = yield* controlObject(params.object ?? "")
    const { lateCommitSeconds, merge, ...changes } = yield* readBody(request, Body)
    const merges = merge === undefined ? [] : isList(merge) ? merge : [merge]
    const changed = yield* applyChanges(
      org,
      object,
      { ...changes, merge: merges },
      { userId: org.adminId, lateBySeconds: lateCommitSeconds }
    )
    return json(changed)
  })
)
