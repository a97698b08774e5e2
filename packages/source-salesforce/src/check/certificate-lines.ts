/** How long the certificates of a signed login are still good. */
import { AuthError, certificateStates } from "@decant/auth"
import type { CheckLine, OpenSource } from "@decant/connector"
import { Effect } from "effect"
import type { ReadError } from "../read-error.ts"
import { fail, ok, warn } from "./check-line.ts"

const warnedDays = 30

export const certificateLines = Effect.fnUntraced(function* ({
  spec,
  folder
}: OpenSource): Effect.fn.Return<ReadonlyArray<CheckLine>, ReadError> {
  const { auth } = spec.source
  if (auth.method !== "jwt-bearer") return []
  const states = yield* certificateStates(auth, { source: spec.source, folder })
  // A login that has worked did so with another key of the list.
  const others = states.length > 1
  return states.map(({ key, expires, daysLeft }) => {
    const name = `certificate of ${key}`
    const detail = expires.toISOString().slice(0, 10)
    if (daysLeft >= warnedDays) return ok(name, `good until ${detail}`)
    if (daysLeft >= 0) {
      return warn(name, AuthError.because("AUTH_CERTIFICATE_EXPIRES_SOON", { file: key, detail }))
    }
    const expired = AuthError.because("AUTH_CERTIFICATE_EXPIRED", { file: key, detail })
    return others ? warn(name, expired) : fail(name, expired)
  })
})
