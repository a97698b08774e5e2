/** What a grant is: it turns the form of a token request into the JSON of its answer, or refuses. */
import type { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import type { OAuthError } from "../oauth-error.ts"
import type { Form } from "../request-context.ts"

export interface TokenRequest {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly form: Form
  readonly origin: string
}

export type Grant<R> = (
  token: TokenRequest
) => Effect.Effect<Readonly<Record<string, string | number>>, OAuthError, R>
