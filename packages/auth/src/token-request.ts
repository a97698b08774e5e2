/** A request to the token endpoint, and its answer as a token. */
import { Effect, Schema } from "effect"
import type { HttpClient } from "effect/http"
import { AuthError } from "./auth-error.ts"
import { type FormPost, type Granted, post } from "./oauth-http.ts"
import { type Token, TokenAnswer, tokenOf } from "./token.ts"

export interface TokenRequest extends Omit<FormPost, "url"> {
  /** `once` for what must not reach Salesforce twice. */
  readonly by?: (post: FormPost) => Effect.Effect<Granted, AuthError, HttpClient.HttpClient>
}

export interface Grantee {
  readonly token: Token
  readonly answer: TokenAnswer
}

const decodeAnswer = Schema.decodeUnknownEffect(TokenAnswer)

export const requestToken = Effect.fn("auth.requestToken")(function* (
  login: string,
  request: TokenRequest
): Effect.fn.Return<Grantee, AuthError, HttpClient.HttpClient> {
  const { by = post, ...form } = request
  const granted = yield* by({ ...form, url: `${login}/services/oauth2/token` })
  const answer = yield* decodeAnswer(granted.json).pipe(
    Effect.mapError(() =>
      AuthError.because("AUTH_ANSWER_UNREADABLE", { host: login, detail: "its answer has no token" })
    )
  )
  const token = tokenOf(answer, login)
  if (token instanceof AuthError) return yield* token
  yield* Effect.logDebug(`a token for ${token.instanceUrl} by ${request.grant}`)
  return { token, answer }
})
