/** All workers must have the key that the cluster's secrets are encrypted with. */
import { AuthError } from "@decant/auth"
import { Effect } from "effect"

const fix =
  "Give all workers one key: set DECANT_KEY to that of the machine where `decant connect` was run (there it is DECANT_KEY, or the text of ~/.decant/key). If that key is lost, log in anew: `decant connect --cluster URL`."

const codes: ReadonlyArray<AuthError["code"]> = ["AUTH_STORE_KEY", "AUTH_STORE_DAMAGED"]

/** Says what to do about a key that is missing or another than that of the others. */
export const withOwnKey = <A>(opened: Effect.Effect<A, AuthError>): Effect.Effect<A, AuthError> =>
  Effect.mapError(opened, (error) =>
    codes.includes(error.code) ? AuthError.of({ ...error, message: error.message, fix }) : error
  )
