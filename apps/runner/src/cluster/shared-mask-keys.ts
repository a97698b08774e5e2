/**
 * The keys of `mask: hmac` in the cluster's Postgres: under one key for each machine, equal values would become unequal
 * from worker to worker. A machine that has a key brings it in; its file stays, for runs without the cluster.
 */
import { AuthError, maskKeyFile, newMaskKey, openMaskKey, type SpecPlace, sealMaskKey } from "@decant/auth"
import { Effect, Redacted } from "effect"
import { keepMaskKey, readMaskKey } from "./login-rows.ts"
import { askAgain, type LoginsDatabase } from "./logins-database.ts"
import { withOwnKey } from "./own-key.ts"

export const sharedMaskKeys = (database: LoginsDatabase) =>
  Effect.fnUntraced(function* (
    place: SpecPlace,
    name: string
  ): Effect.fn.Return<Redacted.Redacted<string>, AuthError> {
    const file = maskKeyFile(place, name)
    const own = yield* file.read
    let sealed = yield* askAgain(database, name, ({ ask }) => readMaskKey(ask, name))
    if (sealed === null) {
      const brought = yield* sealMaskKey(own ?? (yield* newMaskKey), place.env)
      sealed = yield* askAgain(database, name, ({ ask }) => keepMaskKey(ask, name, brought))
    }
    const called = `the mask key of ${name} in the cluster's database`
    const key = yield* withOwnKey(openMaskKey(sealed, called, place.env))
    if (own === null) yield* file.put(key)
    else if (Redacted.value(own) !== Redacted.value(key)) {
      return yield* AuthError.because("AUTH_MASK_KEYS_DIFFER", { connection: name })
    }
    return key
  })
