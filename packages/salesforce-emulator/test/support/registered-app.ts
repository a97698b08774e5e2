/** An app that is registered for a test, and the tokens that it gets by the browser. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { makeBrowser } from "./browser.ts"
import { EmulatedOrg } from "./emulated-org.ts"

export const CALLBACK = "http://localhost:1717/OauthRedirect"

export const refusal = (error: string, error_description: string) => ({ error, error_description })

export type Params = Readonly<Record<string, string>>

/** Registers an app of that name and gives what its authorize URL starts with. */
export const app = Effect.fnUntraced(function* (
  clientId: string,
  change: Readonly<Record<string, unknown>> = {}
) {
  const { control } = yield* EmulatedOrg
  const body = {
    clientId,
    clientSecret: "shh",
    redirectUris: [CALLBACK],
    flows: ["web", "token", "device", "headless"],
    ...change
  }
  assert.strictEqual((yield* control("apps", body)).status, 201)
  const params: Params = { response_type: "code", client_id: clientId, redirect_uri: CALLBACK, state: "s 1" }
  return params
})

/** Goes through the browser and gives the code. */
export const codeOf = Effect.fnUntraced(function* (params: Params) {
  const { callback } = yield* (yield* makeBrowser).authorize(params)
  assert.isDefined(callback)
  return callback?.searchParams.get("code") ?? ""
})

export const exchange = Effect.fnUntraced(function* (params: Params, change: Params = {}) {
  const { token } = yield* EmulatedOrg
  return yield* token({
    grant_type: "authorization_code",
    client_id: params.client_id ?? "",
    client_secret: "shh",
    redirect_uri: CALLBACK,
    ...change
  })
})
