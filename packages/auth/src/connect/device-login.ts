/**
 * The device flow: a code to type at an address, for machines without a browser. Salesforce allows it to installed
 * apps only. https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_device_flow.htm
 */
import type { SalesforceSource } from "@decant/connector"
import { Duration, Effect, Schema } from "effect"
import type { HttpClient } from "effect/http"
import { AuthError } from "../auth-error.ts"
import { trustedOrigin } from "../login-host.ts"
import { post, postOnce } from "../oauth-http.ts"
import { type OpenSession, placeOf } from "../open-session.ts"
import type { OrgIdentity } from "../org-identity.ts"
import { secretOf } from "../token.ts"
import { type Grantee, requestToken } from "../token-request.ts"
import { defaultScopes } from "./browser-login.ts"
import { keepLogin } from "./keep-login.ts"

type Device = Extract<SalesforceSource["auth"], { readonly method: "device" }>

export interface DeviceLogin {
  /** To be typed at `verificationUrl`. */
  readonly userCode: string
  readonly verificationUrl: string
  /** Ends when somebody has typed the code and pressed Allow or Deny, at the latest after ten minutes. */
  readonly finished: Effect.Effect<OrgIdentity, AuthError, HttpClient.HttpClient>
}

const DeviceAnswer = Schema.Struct({
  device_code: Schema.String.check(Schema.isMinLength(1)),
  user_code: Schema.String.check(Schema.isMinLength(1)),
  verification_uri: Schema.String,
  interval: Schema.Union([Schema.Finite, Schema.FiniteFromString])
})

/** As long as both codes live. */
const patience = "10 minutes"

export const connectByDevice = Effect.fn("auth.connectByDevice")(function* (
  auth: Device,
  of: OpenSession
): Effect.fn.Return<DeviceLogin, AuthError, HttpClient.HttpClient> {
  const place = yield* placeOf(of)
  const details = { host: place.login, client: auth.clientId }
  const asked = yield* post({
    url: `${place.login}/services/oauth2/token`,
    grant: "device",
    form: {
      response_type: "device_code",
      client_id: auth.clientId,
      scope: (auth.scopes ?? defaultScopes).join(" ")
    },
    details
  })
  const device = yield* Schema.decodeUnknownEffect(DeviceAnswer)(asked.json).pipe(
    Effect.mapError(() =>
      AuthError.because("AUTH_ANSWER_UNREADABLE", { ...details, detail: "its answer has no device code" })
    )
  )
  if (trustedOrigin(device.verification_uri, place.login) === null) {
    return yield* AuthError.because("AUTH_UNTRUSTED_HOST", {
      ...details,
      detail: "an address to type a code at"
    })
  }

  const ask = requestToken(place.login, {
    grant: "device",
    form: {
      grant_type: "device",
      client_id: auth.clientId,
      code: secretOf(device.device_code, "device code")
    },
    details,
    by: postOnce
  })
  const poll = (seconds: number): Effect.Effect<Grantee, AuthError, HttpClient.HttpClient> =>
    ask.pipe(
      Effect.delay(Duration.seconds(seconds)),
      Effect.catchIf(
        (error) => error.tryAgainSoon,
        (error) => poll(error.code === "AUTH_DEVICE_SLOW_DOWN" ? seconds + 5 : seconds)
      )
    )

  return {
    userCode: device.user_code,
    verificationUrl: device.verification_uri,
    finished: poll(device.interval).pipe(
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => Effect.fail(AuthError.because("AUTH_LOGIN_TIMEOUT", { detail: patience }))
      }),
      Effect.flatMap((grantee) =>
        keepLogin(
          {
            place,
            client: { clientId: auth.clientId, secret: null },
            method: "device",
            apiVersion: of.source.apiVersion
          },
          grantee
        )
      )
    )
  }
})
