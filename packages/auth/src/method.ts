/** What every method of logging in is: read the secrets once, then hand out tokens. */
import type { Auth } from "@decant/connector"
import type { Effect } from "effect"
import type { HttpClient } from "effect/http"
import type { AuthError } from "./auth-error.ts"
import type { SpecPlace } from "./secret-text.ts"
import type { Token } from "./token.ts"

export interface LoginPlace extends SpecPlace {
  /** The origin to log in at. */
  readonly login: string
  /** The name of the stored login, where the method stores one. */
  readonly connection: string
}

/** Gets a new token. `rejected` is the one that Salesforce no longer takes, null at the first login. */
export type Login = (rejected: Token | null) => Effect.Effect<Token, AuthError, HttpClient.HttpClient>

export type MethodOf<Name extends Auth["method"]> = (
  auth: Extract<Auth, { readonly method: Name }>,
  place: LoginPlace
) => Effect.Effect<Login, AuthError, HttpClient.HttpClient>
