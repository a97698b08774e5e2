/** What `decant setup-org` asks of an org that can be logged in to: what exists in it, and what it grants by now. */
import { openSession } from "@decant/auth"
import type { OpenSource } from "@decant/connector"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Layer, type Scope } from "effect"
import { HttpClient } from "effect/http"
import { makeCallLedger } from "../org/call-ledger.ts"
import { makeOrgClock } from "../org/org-clock.ts"
import { makeSalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { type AccessPlan, accessPlan } from "./access-plan.ts"
import { accessInOrg, type Granted, grantedInOrg } from "./org-access.ts"
import { appName } from "./setup-project.ts"

export interface SetupOrg {
  readonly access: AccessPlan
  /** What the deployed permission set grants; nothing when it is not deployed. */
  readonly granted: Effect.Effect<Granted, ReadError>
}

export const openSetupOrg = Effect.fn("salesforce.openSetupOrg")(function* (
  options: OpenSource
): Effect.fn.Return<SetupOrg, ReadError, Scope.Scope> {
  const { spec, folder } = options
  const layer = yield* Layer.build(NodeHttpClient.layerUndici)
  const session = yield* openSession({ source: spec.source, folder, connection: spec.name }).pipe(
    Effect.provide(layer)
  )
  const client = makeSalesforceClient({
    http: yield* HttpClient.HttpClient.pipe(Effect.provide(layer)),
    session,
    apiVersion: spec.source.apiVersion,
    clock: makeOrgClock(),
    ledger: makeCallLedger()
  })
  return { access: yield* accessInOrg(client, options), granted: grantedInOrg(client, appName(spec)) }
})

/** Without an org: from the spec and from what Salesforce documents of its standard objects. */
export const documentedAccess = ({ spec }: OpenSource): AccessPlan =>
  accessPlan(
    spec,
    spec.source.streams.filter((stream) => "object" in stream),
    new Map()
  )
