/** What a supervisor asks: is the process alive, and does it do its work? */
import { Context, type Effect } from "effect"

export interface Readiness {
  readonly ready: boolean
  /** What it still waits for, or what stands against it. */
  readonly reasons: ReadonlyArray<string>
}

export class Health extends Context.Service<
  Health,
  {
    /** Ready once specs are read and scheduled; no longer while the server shuts down. */
    readonly readiness: Effect.Effect<Readiness>
  }
>()("serve/Health") {}
