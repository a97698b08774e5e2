/** Ready when the folder has been read; a spec that is broken does not keep the others from their work. */
import { Effect, Layer } from "effect"
import { Health } from "./health.ts"
import { Schedules } from "./schedules.ts"
import { SpecShelf } from "./spec-shelf.ts"

export const serverHealth = Layer.effect(
  Health,
  Effect.gen(function* () {
    const shelf = yield* SpecShelf
    // Built once all is scheduled.
    yield* Schedules
    return {
      readiness: Effect.map(shelf.list, (specs) => ({
        ready: true,
        reasons: specs
          .filter(({ failure }) => failure !== null)
          .map(({ name, specFile }) =>
            specFile === null
              ? `${name} has mistakes and is not run`
              : `${name} has mistakes; the version before it stays in use`
          )
      }))
    }
  })
)
