/**
 * `POST /emulator/tokens`: `expire` ends access tokens, at once or `afterCalls` calls more; `revoke` ends refresh
 * tokens and everything made from them, approvals included. `true` means all, text one token, an object those of a
 * user or an app.
 */
import { Effect, Schema } from "effect"
import { Approvals } from "../oauth/approvals.ts"
import { RefreshTokens } from "../oauth/refresh-tokens.ts"
import { Sessions } from "../oauth/sessions.ts"
import { json, plainRoute } from "../server/rest-route.ts"
import { readBody } from "./control-body.ts"

const Which = Schema.Union([
  Schema.Boolean,
  Schema.String,
  Schema.Struct({
    token: Schema.optionalKey(Schema.String),
    username: Schema.optionalKey(Schema.String),
    clientId: Schema.optionalKey(Schema.String),
    afterCalls: Schema.optionalKey(Schema.Int)
  })
])

type Which = typeof Which.Type

const TokensRequest = Schema.Struct({
  expire: Schema.optionalKey(Which),
  revoke: Schema.optionalKey(Which),
  afterCalls: Schema.optionalKey(Schema.Int)
})

export const tokenControl = plainRoute("POST", "/emulator/tokens", ({ request }) =>
  Effect.gen(function* () {
    const { expire, revoke, afterCalls } = yield* readBody(request, TokensRequest)
    return json({
      expired: yield* expireTokens(expire ?? (revoke === undefined && afterCalls !== undefined), afterCalls),
      revoked: yield* revokeTokens(revoke ?? false)
    })
  })
)

interface Filter {
  readonly token?: string | undefined
  readonly username?: string | undefined
  readonly clientId?: string | undefined
  readonly afterCalls?: number | undefined
}

function filterOf(which: Which): Filter | undefined {
  if (which === false) return undefined
  if (which === true || which === "all") return {}
  return typeof which === "string" ? { token: which } : which
}

const expireTokens = Effect.fnUntraced(function* (which: Which, afterCalls: number | undefined) {
  const sessions = yield* Sessions
  const filter = filterOf(which)
  if (filter === undefined) return 0
  const calls = filter.afterCalls ?? afterCalls
  return calls === undefined || calls <= 0 ? sessions.expire(filter) : sessions.expireAfter(filter, calls)
})

const revokeTokens = Effect.fnUntraced(function* (which: Which) {
  const sessions = yield* Sessions
  const approvals = yield* Approvals
  const filter = filterOf(which)
  if (filter === undefined) return 0
  const grants = (yield* RefreshTokens).revoke(filter)
  if (filter.token === undefined && filter.username === undefined) {
    approvals.forget(filter.clientId === undefined ? {} : { clientId: filter.clientId })
  }
  return grants + sessions.expire(filter)
})
