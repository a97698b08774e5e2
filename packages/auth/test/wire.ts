/** A real HTTP server on loopback that records what it was sent and answers what a test tells it to. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage["headers"]
  readonly body: string
  readonly form: URLSearchParams
}

export type Respond = (request: Received, response: ServerResponse, origin: string) => void

export interface Wire {
  readonly origin: string
  readonly received: ReadonlyArray<Received>
  /** Stops before the scope ends. */
  readonly stop: () => void
}

export const wire = (respond: Respond) =>
  Effect.acquireRelease(
    Effect.callback<Wire>((resume) => {
      const received: Array<Received> = []
      let origin = ""
      const server = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const body = Buffer.concat(chunks).toString("utf8")
          const seen: Received = {
            method: request.method ?? "",
            path: request.url ?? "",
            headers: request.headers,
            body,
            form: new URLSearchParams(body)
          }
          received.push(seen)
          respond(seen, response, origin)
        })
      })
      server.listen(0, "127.0.0.1", () => {
        origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        const stop = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ origin, received, stop }))
      })
    }),
    ({ stop }) => Effect.sync(stop)
  )

export const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" })
  response.end(JSON.stringify(body))
}

export const refuse = (response: ServerResponse, error: string, description: string, status = 400): void =>
  json(response, status, { error, error_description: description })

/** What Salesforce answers to a good login. */
export const grant = (origin: string, accessToken: string) => ({
  access_token: accessToken,
  instance_url: origin,
  id: `${origin}/id/00D000000000001EAA/005000000000001AAA`,
  token_type: "Bearer",
  issued_at: String(Date.now()),
  signature: "c2lnbmF0dXJl"
})
