/**
 * What a machine has kept beside its specs goes into the cluster's database at once, and not when this machine first
 * needs it: by then another worker, which has nothing, may have begun.
 */
import { type AuthError, ConnectionStores, maskKey, maskKeyFile } from "@decant/auth"
import { Effect } from "effect"
import { keepsLogin } from "../connect/keeps-login.ts"
import type { SpecFile } from "../spec-file.ts"

const loginOf = Effect.fnUntraced(function* ({ spec, folder }: SpecFile) {
  if (!keepsLogin(spec.source.auth)) return
  const stores = yield* ConnectionStores
  yield* stores({ folder, env: process.env }).read(spec.name)
})

const maskKeyOf = Effect.fnUntraced(function* ({ spec, folder }: SpecFile) {
  const place = { folder, env: process.env }
  if ((yield* maskKeyFile(place, spec.name).read) !== null) yield* maskKey(place, spec.name)
})

/** With `sharedLogins`. Never fails: a run that needs what could not be brought says so itself. */
export const bringOwn = (
  specs: ReadonlyArray<SpecFile>,
  warn: (text: string) => Effect.Effect<void>
): Effect.Effect<void> => {
  const say = ({ message, fix }: AuthError) => warn(`${message} ${fix}`)
  return Effect.forEach(
    specs,
    (spec) => Effect.andThen(Effect.catch(loginOf(spec), say), Effect.catch(maskKeyOf(spec), say)),
    { discard: true }
  )
}
