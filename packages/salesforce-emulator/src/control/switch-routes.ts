/** `/emulator/switches`: what the documents leave open, with the value it has now. */
import { Effect, Layer, Schema } from "effect"
import { json, plainRoute } from "../server/rest-route.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { readBody } from "./control-body.ts"
import { SWITCHES } from "./switch-table.ts"
import { Switches } from "./switches.ts"

const Changes = Schema.Record(Schema.String, Schema.Unknown)

export const switchRoutes = Layer.mergeAll(
  plainRoute("GET", "/emulator/switches", () =>
    Effect.map(Switches, ({ values }) =>
      json(
        Object.entries(SWITCHES).map(([name, { value, ...entry }]) => ({
          name,
          value: values[name as keyof typeof values],
          default: value,
          ...entry
        }))
      )
    )
  ),
  plainRoute("POST", "/emulator/switches", ({ request }) =>
    Effect.gen(function* () {
      const switches = yield* Switches
      const refused = switches.set(yield* readBody(request, Changes))
      if (refused.length > 0) return yield* badRequest("INVALID_CONTROL_CALL", refused.join("; "))
      return json(switches.values)
    })
  )
)
