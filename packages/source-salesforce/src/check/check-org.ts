/** What `decant check` says about the org: everything that a sync will need, before it needs it. */
import type { CheckLine, OpenSource, Spec } from "@decant/connector"
import { Effect } from "effect"
import type { OrgIdentity } from "../org/org-identity.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { sourceError } from "../source-error.ts"
import { type PlannedStream, planStreams } from "../streams/plan-streams.ts"
import { certificateLines } from "./certificate-lines.ts"
import { fail, ok, warn } from "./check-line.ts"
import { explained } from "./hidden-parts.ts"
import { limitLines } from "./limit-lines.ts"
import { permissionLines } from "./permission-lines.ts"
import { environmentLine, platformLines } from "./platform-lines.ts"
import { rowAccessLines } from "./row-access-lines.ts"
import { readUserPermissions } from "./user-permissions.ts"

const streamLine = Effect.fnUntraced(function* (
  client: SalesforceClient,
  spec: Spec,
  { plan, definition }: PlannedStream
): Effect.fn.Return<CheckLine, ReadError> {
  if (plan.status === "failed") {
    return fail(plan.stream, yield* explained(client, spec, plan.stream, plan.failure as ReadError))
  }
  if (plan.status === "skipped") return ok(plan.stream, `skipped: ${plan.reason}`)
  const cursor = definition?.cursorField ?? null
  const how = cursor === null ? "read whole each time" : `changes by ${cursor}`
  const detail = `${plan.schema.columns.length} columns, ${how}`
  if (plan.warnings.length === 0) return ok(plan.stream, detail)
  return warn(
    plan.stream,
    sourceError(
      "STREAM_DOUBTFUL",
      [detail, ...plan.warnings].join("; "),
      "A sync works all the same. `decant setup-org` writes a permission set that reads every field of the spec."
    )
  )
})

export const checkOrg = Effect.fn("salesforce.check")(function* (
  client: SalesforceClient,
  of: OpenSource,
  identity: OrgIdentity
): Effect.fn.Return<ReadonlyArray<CheckLine>, ReadError> {
  const { spec } = of
  const planned = yield* planStreams({
    client,
    spec,
    request: { checkpoints: {}, only: [], fullRefresh: [] },
    access: null,
    seesAll: () => Effect.succeed(true),
    ahead: new Map()
  })
  const objects = planned.flatMap(({ definition }) => (definition === null ? [] : [definition.object]))
  const permissions = yield* readUserPermissions(client)
  return [
    ...(yield* platformLines(client)),
    ok("login", `${identity.userName} in ${identity.orgName} (${identity.orgId})`),
    environmentLine(spec, identity),
    ...(yield* certificateLines(of)),
    ...permissionLines(spec, objects, permissions),
    ...(yield* rowAccessLines(client, identity.userId, objects, permissions)),
    ...(yield* limitLines(client, spec)),
    ...(yield* Effect.forEach(planned, (stream) => streamLine(client, spec, stream)))
  ]
})
