/**
 * Waits on this machine for the browser to come back from Salesforce: at 127.0.0.1 and ::1, since `localhost` may
 * mean either. It answers everything, accepts one request with the right state, and closes.
 * https://www.rfc-editor.org/rfc/rfc8252#section-7.3
 */
import { createServer, type Server, type ServerResponse } from "node:http"
import { Deferred, Effect, type Scope } from "effect"
import { AuthError } from "../auth-error.ts"
import { errorCode } from "../store/durable-file.ts"

const callbackPort = 4767
const callbackPath = "/callback"
export const loopbackCallback = `http://localhost:${callbackPort}${callbackPath}`

const addresses = ["127.0.0.1", "::1"]
/** This machine has no such address. */
const absent = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"])

const page = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    connection: "close"
  })
  response.end(`<!doctype html><meta charset="utf-8"><title>Decant</title><p>${text}</p>\n`)
}

const listen = (server: Server, address: string): Effect.Effect<boolean, AuthError> =>
  Effect.callback((resume) => {
    server.once("error", (error) => {
      resume(
        absent.has(errorCode(error))
          ? Effect.succeed(false)
          : Effect.fail(AuthError.because("AUTH_CALLBACK_PORT", { detail: String(callbackPort) }))
      )
    })
    server.listen({ host: address, port: callbackPort, ipv6Only: true }, () => resume(Effect.succeed(true)))
  })

export interface LoopbackListener {
  /** The parameters of the one request that had the right state. */
  readonly answer: Effect.Effect<URLSearchParams>
}

/** Listens from now until the scope closes. */
export const listenForBrowser = Effect.fn("auth.listenForBrowser")(function* (
  accepts: (answer: URLSearchParams) => boolean
): Effect.fn.Return<LoopbackListener, AuthError, Scope.Scope> {
  const arrived = yield* Deferred.make<URLSearchParams>()
  let done = false
  const servers = addresses.map((address) => ({
    address,
    server: createServer((request, response) => {
      const url = new URL(request.url ?? "/", loopbackCallback)
      if (request.method !== "GET" || url.pathname !== callbackPath) {
        return page(response, 404, "There is nothing here.")
      }
      if (done || !accepts(url.searchParams)) {
        return page(response, 400, "This answer does not belong to the login that is waiting.")
      }
      done = true
      page(
        response,
        200,
        url.searchParams.has("error")
          ? "Salesforce refused the login. The terminal says why."
          : "Done. You can close this page and go back to the terminal."
      )
      Deferred.doneUnsafe(arrived, Effect.succeed(url.searchParams))
    })
  }))
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const { server } of servers) {
        server.close()
        server.closeIdleConnections()
      }
    })
  )
  for (const { address, server } of servers) yield* listen(server, address)
  return { answer: Deferred.await(arrived) }
})
