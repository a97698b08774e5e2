/**
 * The server: all route groups on one `node:http` server. The Date header follows the org's
 * clock, because clients take it for the org's time.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Org } from "../org/org.ts"
import { Faults } from "../wire/faults.ts"
import { RequestLog } from "../wire/request-log.ts"
import { WireServer } from "../wire/wire-server.ts"
import { routeGroups } from "./route-groups.ts"

interface Address {
  readonly port: number
  readonly host: string
}

const dateHeader = HttpRouter.middleware(
  Effect.map(
    Org,
    (org) => (answer) =>
      Effect.map(answer, (response) =>
        HttpServerResponse.setHeader(response, "Date", new Date(org.clock.now()).toUTCString())
      )
  ),
  { global: true }
)

/** Effect's server on ours, which strikes faults and measures what leaves the socket. */
const httpServer = ({ port, host }: Address) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const wire = { faults: yield* Faults, requestLog: yield* RequestLog }
      return NodeHttpServer.layer(() => new WireServer(wire), {
        port,
        host,
        gracefulShutdownTimeout: "100 millis"
      })
    })
  )

export const serve = (address: Address) =>
  HttpRouter.serve(Layer.mergeAll(routeGroups, dateHeader), {
    disableLogger: true,
    disableListenLog: true,
    routerConfig: {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: 20_000
    }
  }).pipe(Layer.provideMerge(httpServer(address)))
