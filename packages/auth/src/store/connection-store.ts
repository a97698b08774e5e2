/**
 * Where stored logins are kept. The files beside the spec are one such place; workers of a cluster provide another,
 * so that the methods that keep a login need not know.
 */
import { Context, type Effect, type Scope } from "effect"
import type { AuthError } from "../auth-error.ts"
import type { SpecPlace } from "../secret-text.ts"
import type { Connection } from "./connection.ts"
import { connectionFiles } from "./connection-files.ts"

/** A login while nobody else may change it. */
export interface HeldConnection {
  readonly read: Effect.Effect<Connection | null, AuthError>
  /**
   * Durable when it succeeds. Fails where somebody else has written since this one last read or wrote: a holder
   * that was taken for dead changes nothing.
   */
  readonly write: (connection: Connection) => Effect.Effect<void, AuthError>
  readonly remove: Effect.Effect<void, AuthError>
}

export interface ConnectionStore {
  /** Null when there is no such login. */
  readonly read: (name: string) => Effect.Effect<Connection | null, AuthError>
  readonly names: Effect.Effect<ReadonlyArray<string>, AuthError>
  /** Waits its turn; held until the scope closes, or for as long as the holder is alive. */
  readonly hold: (name: string) => Effect.Effect<HeldConnection, AuthError, Scope.Scope>
}

/** The store of a spec's logins: the encrypted files beside it, unless whoever runs us has another. */
export const ConnectionStores = Context.Reference<(place: SpecPlace) => ConnectionStore>(
  "auth/ConnectionStores",
  { defaultValue: () => connectionFiles }
)
