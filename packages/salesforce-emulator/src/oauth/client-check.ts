/** Which app is asking, and whether it may: the checks that all grants share. */
import { createHash, timingSafeEqual } from "node:crypto"
import { Effect } from "effect"
import type { Switches } from "../control/switches.ts"
import { type App, type Apps, isPreauthorized } from "./apps.ts"
import type { Directory, DirectoryUser } from "./directory.ts"
import type { Flow } from "./flows.ts"
import { refuse } from "./oauth-error.ts"

export const findApp = Effect.fnUntraced(function* (apps: Apps["Service"], clientId: string | undefined) {
  const app = clientId === undefined ? undefined : apps.find(clientId)
  if (app === undefined) return yield* refuse("unknownClient")
  return app
})

/** The app is usable in this org at all. */
export const checkStatus = Effect.fnUntraced(function* (app: App) {
  if (app.status === "blocked") return yield* refuse("appBlocked")
  if (app.status === "other-org") return yield* refuse("otherOrg")
  if (app.status === "not-found") return yield* refuse("appNotFound", { error: "app_not_found" })
})

export const checkFlow = (app: App, flow: Flow) =>
  app.flows.has(flow) ? Effect.void : Effect.fail(refuse("unknownGrant"))

/** A secret is checked when it must be there and also when it merely is. */
export function checkSecret(app: App, secret: string | undefined, required: boolean) {
  if (secret === undefined || secret === "")
    return required ? Effect.fail(refuse("wrongSecret")) : Effect.void
  return app.clientSecret !== undefined && sameText(secret, app.clientSecret)
    ? Effect.void
    : Effect.fail(refuse("wrongSecret"))
}

function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}

export const checkActive = (user: DirectoryUser, switches: Switches["Service"]["values"]) =>
  user.isActive
    ? Effect.void
    : Effect.fail(
        switches.inactiveUserError === "invalid_grant"
          ? refuse("inactiveUser", { error: "invalid_grant", description: "inactive user" })
          : refuse("inactiveUser")
      )

export const checkAdminApproval = (app: App, username: string) =>
  app.adminApprovedOnly && !isPreauthorized(app, username)
    ? Effect.fail(refuse("notAdminApproved"))
    : Effect.void

export const isPassword = (directory: Directory["Service"], password: string): boolean =>
  sameText(password, directory.password) || sameText(password, directory.password + directory.securityToken)
