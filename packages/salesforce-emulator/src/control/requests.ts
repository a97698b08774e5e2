/** `/emulator/requests`: what clients asked for, oldest first. */
import { Effect, Layer } from "effect"
import { HttpServerResponse } from "effect/http"
import { json, plainRoute } from "../server/rest-route.ts"
import { RequestLog } from "../wire/request-log.ts"

export const requestRoutes = Layer.mergeAll(
  plainRoute("GET", "/emulator/requests", () => Effect.map(RequestLog, (log) => json(log.list()))),
  plainRoute("DELETE", "/emulator/requests", () =>
    Effect.map(RequestLog, (log) => {
      log.clear()
      return HttpServerResponse.empty({ status: 204 })
    })
  )
)
