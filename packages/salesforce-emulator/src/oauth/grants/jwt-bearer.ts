/**
 * The JWT bearer flow: an app proves itself with its key and names a user who has approved it.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm
 */
import { Effect } from "effect"
import { compactVerify, decodeJwt } from "jose"
import { Switches } from "../../control/switches.ts"
import { Approvals } from "../approvals.ts"
import { type App, Apps, isPreauthorized } from "../apps.ts"
import { checkActive, checkAdminApproval, checkFlow, checkStatus, findApp } from "../client-check.ts"
import { Directory } from "../directory.ts"
import { refuse } from "../oauth-error.ts"
import { isLoopback } from "../request-context.ts"
import { allowsRefresh } from "../scopes.ts"
import { Sessions } from "../sessions.ts"
import { tokenResponse } from "../token-response.ts"
import type { TokenRequest } from "./token-request.ts"

const SKEW_MS = 180_000
const PRODUCTION = "https://login.salesforce.com"
const SANDBOX = "https://test.salesforce.com"

export const jwtBearer = Effect.fnUntraced(function* ({ form, origin }: TokenRequest) {
  const { values: switches } = yield* Switches
  const directory = yield* Directory
  const assertion = form.assertion ?? ""
  const claims = yield* claimsOf(assertion)
  const app = yield* findApp(yield* Apps, claims.iss)
  yield* checkStatus(app)
  yield* checkFlow(app, "jwt-bearer")
  yield* checkSignature(app, assertion)
  if (!claims.audiences.some((audience) => isAudience(audience, origin, switches.jwtAudience))) {
    return yield* refuse("wrongAudience")
  }
  yield* checkTimes(claims)
  if (!app.installed) return yield* refuse("notInstalled")
  const user = claims.subject === undefined ? undefined : yield* directory.byUsername(claims.subject)
  if (user === undefined) return yield* refuse("notApproved")
  yield* checkActive(user, switches)
  yield* checkAdminApproval(app, user.username)
  const approved = (yield* Approvals).scopesOf(user.id, app.clientId)
  if (!isPreauthorized(app, user.username) && !allowsRefresh(approved ?? []))
    return yield* refuse("notApproved")
  const session = (yield* Sessions).issue({
    userId: user.id,
    username: user.username,
    clientId: app.clientId,
    scopes: approved ?? app.scopes
  })
  return tokenResponse({ app, session, origin, orgId: directory.orgId, signed: switches.jwtSignsResponse })
})

interface Claims {
  readonly iss: string | undefined
  readonly subject: string | undefined
  readonly audiences: ReadonlyArray<string>
  readonly expiresAt: number | undefined
  readonly notBefore: number | undefined
}

const claimsOf = (assertion: string) =>
  Effect.try({
    try: (): Claims => {
      const { iss, sub, aud, exp, nbf, prn } = decodeJwt(assertion)
      return {
        iss: textOf(iss),
        subject: textOf(prn) ?? textOf(sub),
        audiences: (Array.isArray(aud) ? aud : [aud]).filter((entry) => typeof entry === "string"),
        expiresAt: millisOf(exp),
        notBefore: millisOf(nbf)
      }
    },
    catch: () => refuse("badAssertion")
  })

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

/** Salesforce's own CLI writes `exp` in milliseconds; anything past the year 5000 in seconds must be that. */
function millisOf(time: unknown): number | undefined {
  const number = typeof time === "string" ? Number(time) : time
  if (typeof number !== "number" || !Number.isFinite(number)) return undefined
  return number > 100_000_000_000 ? number : number * 1000
}

const checkSignature = (app: App, assertion: string) => {
  const { publicKey } = app
  return publicKey === undefined
    ? Effect.fail(refuse("badAssertion"))
    : Effect.tryPromise({
        try: () => compactVerify(assertion, publicKey, { algorithms: ["RS256"] }),
        catch: () => refuse("badAssertion")
      })
}

const checkTimes = Effect.fnUntraced(function* ({ expiresAt, notBefore }: Claims) {
  const now = Date.now()
  if (expiresAt === undefined || expiresAt + SKEW_MS < now) return yield* refuse("badAssertion")
  if (notBefore !== undefined && notBefore - SKEW_MS > now) return yield* refuse("badAssertion")
})

/** The host the request came to always is one; loopback names of one port are the same host. */
function isAudience(audience: string, origin: string, allowed: string): boolean {
  const plain = audience.replace(/\/$/, "")
  if (plain === PRODUCTION) return allowed === "any" || allowed === "production"
  if (plain === SANDBOX) return allowed === "any" || allowed === "sandbox"
  if (!URL.canParse(plain)) return false
  const asked = new URL(plain)
  const here = new URL(origin)
  if (asked.pathname !== "/" || asked.search !== "") return false
  if (asked.origin === here.origin) return true
  return isLoopback(asked.hostname) && isLoopback(here.hostname) && asked.port === here.port
}
