/**
 * Stands before every request: the server's own names only, no other site's pages, https where others can reach it;
 * and puts on every answer the headers that keep a page from doing what it should not.
 *
 * https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 * https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP
 */
import { Refused } from "@decant/api"
import { failureReport } from "@decant/connector"
import { ByteSize, Effect } from "effect"
import { HttpEffect, HttpIncomingMessage, HttpServerRequest, HttpServerResponse } from "effect/http"
import { httpError } from "./answer.ts"
import { isHttps, isLoopback, type Listening, ownHosts } from "./own-address.ts"

const pageRules = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'"
].join("; ")

const headers = (of: Listening, path: string): Readonly<Record<string, string>> => ({
  "content-security-policy": pageRules,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  ...(path.startsWith("/api") || path.startsWith("/oauth") ? { "cache-control": "no-store" } : {}),
  ...(isHttps(of) ? { "strict-transport-security": "max-age=31536000" } : {})
})

/** Asked for by machines that know the server by its address only. */
const forMachines = new Set(["/healthz", "/readyz", "/metrics"])
const changesNothing = new Set(["GET", "HEAD", "OPTIONS"])

/** A spec or a key is far smaller. */
const bodyAtMost = ByteSize.mebibytes(2)

type Request = HttpServerRequest.HttpServerRequest

const hostIsOwn = (request: Request, own: ReadonlySet<string>): boolean =>
  own.has((request.headers.host ?? "").toLowerCase())

/** An absent Origin is no browser's: browsers send it with whatever could change something. */
const originIsOwn = (request: Request, own: ReadonlySet<string>): boolean => {
  const { origin, "sec-fetch-site": site } = request.headers
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    // Coming from Salesforce or a link is a GET of a page, not of the API.
    if (!changesNothing.has(request.method) || request.url.startsWith("/api")) return false
  }
  if (origin === undefined) return true
  return URL.canParse(origin) && own.has(new URL(origin).host.toLowerCase())
}

const refusal = (request: Request, of: Listening, own: ReadonlySet<string>, path: string) => {
  const open = forMachines.has(path) && !isLoopback(of.host)
  if (!open && !hostIsOwn(request, own)) return httpError("HOST_REFUSED")
  if (!originIsOwn(request, own)) return httpError("ORIGIN_REFUSED")
  if (!open && isHttps(of) && request.headers["x-forwarded-proto"] !== "https")
    return httpError("HTTPS_NEEDED")
  return null
}

export const guarded = <E, R>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  of: Listening
): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest> => {
  const own = ownHosts(of)
  return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const path = request.url.split("?")[0] ?? ""
    const refused = refusal(request, of, own, path)
    const answer =
      refused === null
        ? Effect.provideService(app, HttpIncomingMessage.MaxBodySize, bodyAtMost)
        : HttpServerResponse.json(new Refused(failureReport(refused)), { status: 403 }).pipe(Effect.orDie)
    return HttpEffect.withPreResponseHandler(answer, (_, response) =>
      Effect.succeed(HttpServerResponse.setHeaders(response, headers(of, path)))
    )
  })
}
