/**
 * The spec before there is an app: variables that will hold its key and secret need not be set yet. Whatever stands
 * in for them is never used to log in.
 */
import { Effect } from "effect"
import { readSpec } from "../spec-file.ts"

const standIn = "unset"

export const readSpecBeforeApp = Effect.fnUntraced(function* (file: string, env: NodeJS.ProcessEnv) {
  const unset = new Set<string>()
  const lenient = new Proxy(env, {
    get: (target, name) => {
      const value = Reflect.get(target, name)
      if (value || typeof name !== "string") return value
      unset.add(name)
      return standIn
    },
    has: () => true
  })
  const specFile = yield* readSpec(file, lenient).pipe(
    // Where the stand-in does not do, the mistake is the variable that is not set.
    Effect.catchIf(
      (error) => error.code === "SPEC_INVALID",
      () => readSpec(file, env)
    )
  )
  return { specFile, unset: [...unset].sort() }
})
