/** One token for the whole process: kept until Salesforce rejects it, renewed once however many fibers ask. */
import { Deferred, Effect, Exit, Option } from "effect"
import type { AuthError } from "./auth-error.ts"
import { sameSecret, type Token } from "./token.ts"

export interface Session {
  /** Logs in at the first use; the same token to all afterwards. */
  readonly token: Effect.Effect<Token, AuthError>
  /**
   * After Salesforce answered 401 to `rejected`: a newer token. At once, when another fiber has fetched it
   * already; with the others, when one is on its way.
   */
  readonly renew: (rejected: Token) => Effect.Effect<Token, AuthError>
}

type Outcome = Exit.Exit<Token, AuthError>

const isSame = (one: Token, other: Token): boolean => sameSecret(one.accessToken, other.accessToken)

export const makeSession = (login: (rejected: Token | null) => Effect.Effect<Token, AuthError>): Session => {
  let current: Token | null = null
  /** A refusal that nobody can repair while we run: said again instead of asking Salesforce again. */
  let refused: Outcome | null = null
  /** Its outcome is none when the fiber that logged in was interrupted: then another takes over. */
  let flight: Deferred.Deferred<Option.Option<Outcome>> | null = null

  const lead = (own: Deferred.Deferred<Option.Option<Outcome>>, rejected: Token | null) =>
    login(rejected).pipe(
      Effect.onExit((exit) => {
        flight = null
        if (Exit.isSuccess(exit)) current = exit.value
        else {
          current = null
          const error = Option.getOrNull(Exit.findErrorOption(exit))
          if (error !== null && !error.retryable) refused = exit
        }
        const outcome = Exit.hasInterrupts(exit) ? Option.none() : Option.some(exit)
        return Deferred.succeed(own, outcome)
      })
    )

  const fetch = (rejected: Token | null): Effect.Effect<Token, AuthError> =>
    Effect.suspend(() => {
      if (current !== null && (rejected === null || !isSame(current, rejected)))
        return Effect.succeed(current)
      if (refused !== null) return refused
      if (flight === null) {
        flight = Deferred.makeUnsafe<Option.Option<Outcome>>()
        return lead(flight, current ?? rejected)
      }
      return Effect.flatMap(
        Deferred.await(flight),
        Option.match({ onNone: () => fetch(rejected), onSome: (outcome) => outcome })
      )
    })

  return { token: fetch(null), renew: fetch }
}
