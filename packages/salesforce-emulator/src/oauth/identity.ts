/**
 * Who a token stands for: the OpenID claims of `/services/oauth2/userinfo` and the identity URL that every token
 * answer names. Their errors are status 403 and one word of text.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_openid.htm
 */
import { Effect, Layer } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { Org } from "../org/org.ts"
import { json, type PlainCall, plainRoute } from "../server/rest-route.ts"
import { tokenOf } from "./bearer.ts"
import { Directory, type DirectoryUser } from "./directory.ts"
import { identityClaims, userinfoClaims, xmlIdentity } from "./identity-claims.ts"
import { formOf, originOf } from "./request-context.ts"
import { allowsIdentity } from "./scopes.ts"
import { type Session, Sessions } from "./sessions.ts"

const word = (text: string) =>
  HttpServerResponse.text(text, { status: 403, contentType: "text/html;charset=UTF-8" })

interface Known {
  readonly session: Session
  readonly user: DirectoryUser
}

/** The live session of a call and its user, or the word that refuses it. */
const known = Effect.fnUntraced(function* (token: string | undefined) {
  if (token === undefined || token === "") return "Missing_OAuth_Token"
  const session = (yield* Sessions).peek(token)
  if (session === undefined) return "Bad_OAuth_Token"
  if (!allowsIdentity(session.scopes)) return "No_Access"
  const user = yield* (yield* Directory).byId(session.userId)
  if (user === undefined) return "Bad_Id"
  const found: Known = { session, user }
  return user.isActive ? found : "Inactive"
})

const givenToken = Effect.fnUntraced(function* (
  request: HttpServerRequest.HttpServerRequest,
  search: URLSearchParams
) {
  const fromUrl = search.get("oauth_token") ?? search.get("access_token") ?? undefined
  if (tokenOf(request) !== undefined || fromUrl !== undefined || request.method !== "POST") {
    return tokenOf(request) ?? fromUrl
  }
  const form = formOf(yield* request.text.pipe(Effect.orElseSucceed(() => "")))
  return form.access_token ?? form.oauth_token
})

const userinfo = Effect.fnUntraced(function* ({ request, search }: PlainCall) {
  const { orgId } = yield* Directory
  const found = yield* known(yield* givenToken(request, search))
  return typeof found === "string" ? word(found) : json(userinfoClaims(originOf(request), orgId, found.user))
})

const identity = Effect.fnUntraced(function* ({ request, search, params }: PlainCall) {
  const { orgId } = yield* Directory
  const { apiVersion } = yield* Org
  const found = yield* known(yield* givenToken(request, search))
  if (typeof found === "string") return word(found)
  if ((params.org ?? "").slice(0, 15) !== orgId.slice(0, 15)) return word("Wrong_Org")
  if ((params.user ?? "").slice(0, 15) !== found.user.id.slice(0, 15)) return word("Bad_Id")
  const version = search.get("version")
  const claims = identityClaims(
    originOf(request),
    orgId,
    found.user,
    version === "latest" ? apiVersion : version
  )
  const isXml = search.get("format") === "xml" || /^application\/xml/i.test(request.headers.accept ?? "")
  return isXml
    ? HttpServerResponse.text(xmlIdentity(claims), { contentType: "application/xml;charset=UTF-8" })
    : json(claims)
})

export const identityRoutes = Layer.mergeAll(
  plainRoute("*", "/services/oauth2/userinfo", userinfo),
  plainRoute("*", "/id/:org/:user", identity)
)
