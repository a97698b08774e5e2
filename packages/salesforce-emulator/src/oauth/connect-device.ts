/** `/setup/connect`: where the user of a device types its code. */
import { Effect, Layer } from "effect"
import type { HttpServerRequest } from "effect/http"
import { plainRoute } from "../server/rest-route.ts"
import { Apps } from "./apps.ts"
import { sessionCookie } from "./browser-session.ts"
import { isPassword } from "./client-check.ts"
import { Devices } from "./devices.ts"
import { Directory } from "./directory.ts"
import { consentPage, devicePage, errorPage, messagePage } from "./pages.ts"
import { PendingLogins } from "./pending-logins.ts"
import { readForm } from "./request-context.ts"

const connect = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  const directory = yield* Directory
  const form = yield* readForm(request)
  const { user_code = "", username = "", pw = "" } = form
  const device = (yield* Devices).byUserCode(user_code)
  const app = (yield* Apps).find(device?.clientId ?? "")
  if (device === undefined || device.state !== "pending" || app === undefined) {
    return devicePage(user_code, "This code is not known or has expired.")
  }
  const user = yield* directory.byUsername(username)
  if (user === undefined || !user.isActive || !isPassword(directory, pw)) {
    return devicePage(user_code, "Please check your username and password.")
  }
  const goal = { kind: "device", userCode: device.userCode } as const
  const pending = (yield* PendingLogins).put({ goal, user })
  return consentPage(pending, app.name, user.username, device.scopes, yield* sessionCookie(user))
})

/** What the user answered; without a user id, no. */
export const decideDevice = Effect.fnUntraced(function* (userCode: string, userId: string | undefined) {
  ;(yield* Devices).decide(userCode, userId)
  return userId === undefined
    ? messagePage("Access denied", "The device gets no access.")
    : messagePage("You're connected", "The device has access now; you can close this page.")
})

export const deviceRoutes = Layer.mergeAll(
  plainRoute("GET", "/setup/connect", ({ search }) =>
    Effect.succeed(devicePage(search.get("user_code") ?? ""))
  ),
  plainRoute("POST", "/setup/connect", ({ request }) =>
    connect(request).pipe(
      Effect.catchTag("OAuthError", ({ error, description }) =>
        Effect.succeed(errorPage(error, description, 400))
      )
    )
  )
)
