/** Forgets approvals and logins under way; tokens that were given out stay valid. */
import { Effect } from "effect"
import { Approvals } from "./approvals.ts"
import { Codes } from "./codes.ts"
import { Devices } from "./devices.ts"
import { PendingLogins } from "./pending-logins.ts"

export const forgetLogins = Effect.gen(function* () {
  ;(yield* Approvals).forget({})
  ;(yield* Codes).reset()
  ;(yield* Devices).reset()
  ;(yield* PendingLogins).reset()
})
