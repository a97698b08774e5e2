/**
 * The server: all route groups on one `node:http` server bound to loopback. The Date header follows the org's
 * clock, because clients take it for the org's time.
 */
import { createServer, type Server } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Org } from "../org/org.ts"
import { routeGroups } from "./route-groups.ts"

const dateHeader = HttpRouter.middleware(
  Effect.map(
    Org,
    (org) => (answer) =>
      Effect.map(answer, HttpServerResponse.setHeader("Date", new Date(org.clock.now()).toUTCString()))
  ),
  { global: true }
)

/** A server whose close does not wait for clients that keep their connections open. */
const quickToClose = (): Server => {
  const server = createServer({ maxHeaderSize: 256 * 1024, keepAliveTimeout: 60_000 })
  const close = server.close.bind(server)
  server.close = (done) => {
    const closing = close(done)
    setTimeout(() => server.closeAllConnections(), 50).unref()
    return closing
  }
  return server
}

export const serve = (port: number) =>
  HttpRouter.serve(Layer.mergeAll(routeGroups, dateHeader), {
    disableLogger: true,
    disableListenLog: true,
    routerConfig: {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: 20_000
    }
  }).pipe(
    Layer.provideMerge(
      NodeHttpServer.layer(quickToClose, { port, host: "127.0.0.1", gracefulShutdownTimeout: "100 millis" })
    )
  )
