/** `/emulator/faults`: what goes wrong on the wire, and how often. */
import { Effect, Layer } from "effect"
import { HttpServerResponse } from "effect/http"
import { json, plainRoute } from "../server/rest-route.ts"
import { FaultRequest, Faults } from "../wire/faults.ts"
import { readBody } from "./control-body.ts"

export const faultRoutes = Layer.mergeAll(
  plainRoute("POST", "/emulator/faults", ({ request }) =>
    Effect.gen(function* () {
      const fault = yield* readBody(request, FaultRequest)
      return json((yield* Faults).add(fault), 201)
    })
  ),
  plainRoute("GET", "/emulator/faults", () => Effect.map(Faults, (faults) => json(faults.list()))),
  plainRoute("DELETE", "/emulator/faults", () =>
    Effect.map(Faults, (faults) => {
      faults.clear()
      return HttpServerResponse.empty({ status: 204 })
    })
  )
)
