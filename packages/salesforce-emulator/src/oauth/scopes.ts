/** OAuth scopes and what they allow. https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_tokens_scopes.htm */

const OFFLINE = new Set(["refresh_token", "offline_access"])
const REST = new Set(["api", "full"])
const IDENTITY = new Set(["id", "openid", "profile", "email", "address", "phone", "api", "full", "web"])

export const DEFAULT_SCOPES = [
  "api",
  "refresh_token",
  "offline_access",
  "web",
  "openid",
  "id",
  "full"
] as const

export const splitScopes = (text: string | undefined): ReadonlyArray<string> => [
  ...new Set((text ?? "").split(/[\s,]+/).filter((scope) => scope !== ""))
]

export const allowsRefresh = (scopes: ReadonlyArray<string>): boolean =>
  scopes.some((scope) => OFFLINE.has(scope))

export const allowsRest = (scopes: ReadonlyArray<string>): boolean => scopes.some((scope) => REST.has(scope))

export const allowsIdentity = (scopes: ReadonlyArray<string>): boolean =>
  scopes.some((scope) => IDENTITY.has(scope))

/** What client credentials may never carry. */
export const withoutUserScopes = (scopes: ReadonlyArray<string>): ReadonlyArray<string> =>
  scopes.filter((scope) => !OFFLINE.has(scope) && scope !== "full" && scope !== "web")

const isHeld = (scope: string, held: ReadonlyArray<string>): boolean =>
  held.includes(scope) || (OFFLINE.has(scope) ? allowsRefresh(held) : held.includes("full"))

/** The scopes asked for, or all of the app's when none are; undefined when the app lacks one of them. */
export function grantedScopes(
  asked: ReadonlyArray<string>,
  held: ReadonlyArray<string>
): ReadonlyArray<string> | undefined {
  if (asked.length === 0) return held
  return asked.every((scope) => isHeld(scope, held)) ? asked : undefined
}
