/** What anybody on the machine may ask without logging in: is it alive, is it ready, how is it? */
import { Effect, Layer } from "effect"
import { HttpMiddleware, HttpRouter, HttpServerResponse } from "effect/http"
import { Health } from "./health.ts"
import { metricsText } from "./server-metrics.ts"

const alive = HttpRouter.add("GET", "/healthz", HttpServerResponse.jsonUnsafe({ status: "ok" }))

const ready = HttpRouter.add(
  "GET",
  "/readyz",
  Effect.gen(function* () {
    const { ready: isReady, reasons } = yield* (yield* Health).readiness
    return HttpServerResponse.jsonUnsafe(
      { status: isReady ? "ready" : "not ready", reasons },
      { status: isReady ? 200 : 503 }
    )
  })
)

const metrics = HttpRouter.add(
  "GET",
  "/metrics",
  Effect.map(metricsText, (text) =>
    HttpServerResponse.text(text, { contentType: "text/plain; version=0.0.4; charset=utf-8" })
  )
)

/** Asked every few seconds: no span of each. */
const untraced = HttpMiddleware.layerTracerDisabledForUrls(["/healthz", "/readyz", "/metrics"])

export const openRoutes = Layer.mergeAll(alive, ready, metrics, untraced)
