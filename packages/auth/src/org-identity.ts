/**
 * Who a token belongs to: from its identity URL or, where there is none, from userinfo, and from the org's own
 * records. Whether an org is a sandbox is what the org says, not what its host looks like.
 */
import { Effect, Schema } from "effect"
import { type HttpClient, HttpClientRequest } from "effect/http"
import { AuthError } from "./auth-error.ts"
import { isObject, jsonOf, send } from "./oauth-http.ts"
import { apiFailure, oauthFailure } from "./recognise.ts"
import type { Token } from "./token.ts"

export interface OrgIdentity {
  readonly orgId: string
  readonly orgName: string
  readonly isSandbox: boolean
  readonly userId: string
  readonly userName: string
}

const idPath = /\/id\/(00D[A-Za-z0-9]{12,15})\/(005[A-Za-z0-9]{12,15})$/

const Organizations = Schema.Struct({
  records: Schema.NonEmptyArray(
    Schema.Struct({ Id: Schema.String, Name: Schema.String, IsSandbox: Schema.Boolean })
  )
})
const Users = Schema.Struct({ records: Schema.NonEmptyArray(Schema.Struct({ Username: Schema.String })) })
const UserInfo = Schema.Struct({ user_id: Schema.String, organization_id: Schema.String })

const get = Effect.fnUntraced(function* (token: Pick<Token, "accessToken" | "instanceUrl">, path: string) {
  const request = HttpClientRequest.get(`${token.instanceUrl}${path}`).pipe(
    HttpClientRequest.acceptJson,
    HttpClientRequest.bearerToken(token.accessToken)
  )
  const answer = yield* send(request, token.instanceUrl)
  if (answer.status === 200) return jsonOf(answer.text)
  const body = jsonOf(answer.text)
  const first: unknown = Array.isArray(body) ? body[0] : null
  const details = { host: token.instanceUrl }
  if (isObject(first) && typeof first.errorCode === "string") {
    const message = typeof first.message === "string" ? first.message : ""
    return yield* AuthError.of(
      apiFailure({ status: answer.status, errorCode: first.errorCode, message }, details)
    )
  }
  // Identity endpoints answer with one word, e.g. Bad_OAuth_Token.
  if (/^[A-Za-z_]{3,40}$/.test(answer.text.trim())) {
    return yield* AuthError.of(oauthFailure({ error: answer.text.trim(), description: "" }, details))
  }
  return yield* AuthError.of(apiFailure({ status: answer.status, errorCode: null, message: "" }, details))
})

const decode = <A, I>(schema: Schema.Codec<A, I>, json: unknown, host: string) =>
  Schema.decodeUnknownEffect(schema)(json).pipe(
    Effect.mapError(() =>
      AuthError.because("AUTH_ANSWER_UNREADABLE", { host, detail: "it did not say whose token this is" })
    )
  )

/** The identity URL of a token that came without one. */
export const identityUrlOf = Effect.fnUntraced(function* (
  token: Pick<Token, "accessToken" | "instanceUrl">
): Effect.fn.Return<string, AuthError, HttpClient.HttpClient> {
  const info = yield* decode(UserInfo, yield* get(token, "/services/oauth2/userinfo"), token.instanceUrl)
  return `${token.instanceUrl}/id/${info.organization_id}/${info.user_id}`
})

export const readOrgIdentity = Effect.fn("auth.readOrgIdentity")(function* (
  token: Token,
  apiVersion: string
): Effect.fn.Return<OrgIdentity, AuthError, HttpClient.HttpClient> {
  const [, orgId, userId] = idPath.exec(token.identityUrl) ?? []
  if (orgId === undefined || userId === undefined) {
    return yield* AuthError.because("AUTH_ANSWER_UNREADABLE", {
      host: token.instanceUrl,
      detail: "its identity URL names no org and user"
    })
  }
  const query = (soql: string) =>
    get(token, `/services/data/v${apiVersion}/query?q=${encodeURIComponent(soql)}`)
  const organizations = yield* decode(
    Organizations,
    yield* query("SELECT Id, Name, IsSandbox FROM Organization"),
    token.instanceUrl
  )
  const users = yield* decode(
    Users,
    yield* query(`SELECT Username FROM User WHERE Id = '${userId}'`),
    token.instanceUrl
  )
  const { Id, Name, IsSandbox } = organizations.records[0]
  return { orgId: Id, orgName: Name, isSandbox: IsSandbox, userId, userName: users.records[0].Username }
})
