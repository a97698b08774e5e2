/** A real HTTP server on loopback that answers what a test tells it to, and a client that is logged in to it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Session, Token } from "@decant/auth"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Layer, Redacted } from "effect"
import { HttpClient } from "effect/http"
import { makeCallLedger } from "../src/org/call-ledger.ts"
import { makeOrgClock } from "../src/org/org-clock.ts"
import { makeSalesforceClient } from "../src/org/salesforce-client.ts"

export interface Asked {
  readonly method: string
  readonly path: string
  readonly token: string
  readonly headers: IncomingMessage["headers"]
  /** How many requests came before. */
  readonly index: number
}

export type Answer = (asked: Asked, response: ServerResponse) => void

const listen = (answer: Answer) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly origin: string; readonly asked: Array<Asked>; readonly stop: () => void }>(
      (resume) => {
        const asked: Array<Asked> = []
        const server = createServer((request, response) => {
          request.resume()
          request.on("end", () => {
            const seen: Asked = {
              method: request.method ?? "",
              path: request.url ?? "",
              token: request.headers.authorization?.replace("Bearer ", "") ?? "",
              headers: request.headers,
              index: asked.length
            }
            asked.push(seen)
            answer(seen, response)
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
          const stop = () => {
            server.closeAllConnections()
            server.close()
          }
          resume(Effect.succeed({ origin, asked, stop }))
        })
      }
    ),
    ({ stop }) => Effect.sync(stop)
  )

/** Tokens `t1`, `t2` … : a new one at each renewal. */
const countingSession = (origin: string): Session & { readonly renewals: () => number } => {
  let count = 1
  const token = (): Token => ({
    accessToken: Redacted.make(`t${count}`),
    instanceUrl: origin,
    identityUrl: `${origin}/id/00D/005`
  })
  return {
    token: Effect.sync(token),
    renew: () =>
      Effect.sync(() => {
        count++
        return token()
      }),
    renewals: () => count - 1
  }
}

export const clientOf = (answer: Answer) =>
  Effect.gen(function* () {
    const { origin, asked } = yield* listen(answer)
    const session = countingSession(origin)
    const layer = yield* Layer.build(NodeHttpClient.layerUndici)
    const client = makeSalesforceClient({
      http: yield* HttpClient.HttpClient.pipe(Effect.provide(layer)),
      session,
      apiVersion: "67.0",
      clock: makeOrgClock(),
      ledger: makeCallLedger()
    })
    return { client, asked, session }
  })

export const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(JSON.stringify(body))
}

export const refuse = (response: ServerResponse, status: number, errorCode: string, message: string): void =>
  json(response, status, [{ errorCode, message }])
