/**
 * The device flow: a device without a browser shows a code and polls until its user has typed it elsewhere.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_device_flow.htm
 */
import { Effect } from "effect"
import { Switches } from "../../control/switches.ts"
import { Apps } from "../apps.ts"
import { checkActive, checkFlow, checkSecret, checkStatus, findApp } from "../client-check.ts"
import { Devices } from "../devices.ts"
import { Directory } from "../directory.ts"
import { refuse } from "../oauth-error.ts"
import { clientCredentialsOf } from "../request-context.ts"
import { grantedScopes, splitScopes } from "../scopes.ts"
import { issueTokens } from "./issue.ts"
import type { TokenRequest } from "./token-request.ts"

export const startDevice = Effect.fnUntraced(function* ({ form, origin }: TokenRequest) {
  const { values: switches } = yield* Switches
  const app = yield* findApp(yield* Apps, form.client_id)
  yield* checkStatus(app)
  if (!app.installed) return yield* refuse("notInstalled")
  yield* checkFlow(app, "device")
  const scopes = grantedScopes(splitScopes(form.scope), app.scopes)
  if (scopes === undefined) return yield* refuse("wrongScope")
  const device = (yield* Devices).start(app.clientId, scopes)
  return {
    device_code: device.deviceCode,
    user_code: device.userCode,
    verification_uri: `${origin}/setup/connect`,
    interval: switches.deviceIntervalSeconds
  }
})

export const device = Effect.fnUntraced(function* ({ request, form, origin }: TokenRequest) {
  const { values: switches } = yield* Switches
  const devices = yield* Devices
  const { clientId, clientSecret } = yield* clientCredentialsOf(request, form)
  const app = yield* findApp(yield* Apps, clientId)
  yield* checkStatus(app)
  if (!app.installed) return yield* refuse("notInstalled")
  yield* checkSecret(app, clientSecret, false)
  const asked = devices.byDeviceCode(form.code ?? "")
  if (asked === undefined || asked.clientId !== app.clientId) return yield* refuse("wrongCode")
  if (asked.state === "denied") return yield* refuse("denied")
  if (asked.state === "pending") {
    const isEarly = Date.now() - asked.polledAt < switches.deviceIntervalSeconds * 1000
    devices.polled(asked.deviceCode)
    return yield* refuse(isEarly ? "tooFast" : "pending")
  }
  const user = yield* (yield* Directory).byId(asked.userId ?? "")
  if (user === undefined) return yield* refuse("wrongCode")
  yield* checkActive(user, switches)
  devices.finish(asked.deviceCode)
  return yield* issueTokens({ app, user, scopes: asked.scopes, origin })
})
