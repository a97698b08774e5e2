/** All that people and scripts may ask: the API, the way back from Salesforce, the pages. */
import { DecantApi } from "@decant/api"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Layer } from "effect"
import { HttpMiddleware, HttpRouter, HttpServer } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { ServeSettings } from "../serve/serve-settings.ts"
import { type Entry, layerAccess } from "./access.ts"
import { Attempts } from "./connect/attempts.ts"
import { callbackPath, connectHandlers, oauthCallback } from "./connect/connect-handlers.ts"
import { connectionHandlers } from "./connection/connection-handlers.ts"
import { LoginTrouble } from "./connection/login-trouble.ts"
import { dataHandlers } from "./data-handlers.ts"
import { guarded } from "./guard.ts"
import { orgHandlers } from "./org/org-handlers.ts"
import { OrgSources } from "./org/org-sources.ts"
import { runHandlers } from "./run-handlers.ts"
import { layerSignedIn, layerWellFormed, sessionHandlers } from "./session-handlers.ts"
import { specHandlers } from "./spec/spec-handlers.ts"
import { uiRoutes } from "./ui-files.ts"
import { layerVerifications } from "./verification.ts"
import { verificationHandlers } from "./verification-handlers.ts"

const handlers = Layer.mergeAll(
  sessionHandlers,
  connectionHandlers,
  connectHandlers,
  specHandlers,
  orgHandlers,
  runHandlers,
  verificationHandlers,
  dataHandlers
)

const api = HttpApiBuilder.layer(DecantApi, { openapiPath: "/openapi.json" }).pipe(
  Layer.provide(handlers),
  Layer.provide(Layer.mergeAll(layerSignedIn, layerWellFormed))
)

const callback = HttpRouter.add("GET", callbackPath, oauthCallback)

const services = (entry: Entry) =>
  Layer.mergeAll(
    layerAccess(entry),
    Attempts.layer,
    LoginTrouble.layer,
    OrgSources.layer,
    layerVerifications
  ).pipe(Layer.provideMerge(NodeHttpClient.layerUndici))

/** A span has the request's address: that of a page may hold the token, that of the callback a code. */
const untraced = Layer.succeed(HttpMiddleware.TracerDisabledWhen)(({ url }) => !url.startsWith("/api/"))

/** Serves these routes and those of the runner, the guard before all. Needs the services of the server. */
export const httpServer = <A, E, R>(entry: Entry, routes: Layer.Layer<A, E, R>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const settings = yield* ServeSettings
      const app = yield* HttpRouter.toHttpEffect(Layer.mergeAll(routes, api, callback, uiRoutes))
      return HttpServer.serve(guarded(app, settings))
    })
  ).pipe(Layer.provide(Layer.merge(services(entry), untraced)))
