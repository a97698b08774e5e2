/** What stood in the way of the last login of each connection, until one works again. Kept while the server runs. */
import type { FailureInfo } from "@decant/api"
import { type Failure, failureReport } from "@decant/connector"
import { Context, Effect, Layer } from "effect"

export class LoginTrouble extends Context.Service<
  LoginTrouble,
  {
    readonly of: (connection: string) => FailureInfo | null
    /** Only what somebody must act upon: a network that is down passes by itself. */
    readonly note: (connection: string, failure: Failure) => Effect.Effect<void>
    readonly clear: (connection: string) => Effect.Effect<void>
  }
>()("http/LoginTrouble") {
  static readonly layer = Layer.sync(LoginTrouble, () => {
    const troubles = new Map<string, FailureInfo>()
    return LoginTrouble.of({
      of: (connection) => troubles.get(connection) ?? null,
      note: (connection, failure) =>
        Effect.sync(() => {
          if (failure.disposition === "credentials") troubles.set(connection, failureReport(failure))
        }),
      clear: (connection) => Effect.sync(() => void troubles.delete(connection))
    })
  })
}
