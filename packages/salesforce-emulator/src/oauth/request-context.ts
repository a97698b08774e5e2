/** What an OAuth request carries: its host, its form, its client credentials. */
import type { IncomingMessage } from "node:http"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { refuse } from "./oauth-error.ts"

export type Form = Readonly<Record<string, string>>

/** The origin the client used to reach the emulator; it becomes instance_url, so that clients come back the same way. */
export function originOf(request: HttpServerRequest.HttpServerRequest): string {
  const source = request.source as IncomingMessage
  const address = source.socket?.localAddress ?? "127.0.0.1"
  const host = request.headers.host ?? `${address}:${source.socket?.localPort ?? 0}`
  return `${request.headers["x-forwarded-proto"] ?? "http"}://${host}`
}

const LOGIN_HOST = /^(login|test)\./i
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/i

/** Whether the host stands for the org's My Domain and not for the login host shared by all orgs. */
export function isMyDomain(origin: string, loopbackIsMyDomain: boolean): boolean {
  const { hostname } = new URL(origin)
  if (LOGIN_HOST.test(hostname)) return false
  return loopbackIsMyDomain || !LOOPBACK.test(hostname)
}

export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname)

export function formOf(text: string): Form {
  const form: Record<string, string> = {}
  for (const [key, value] of new URLSearchParams(text)) form[key] ??= value
  return form
}

/** The form of a POST; the query string joins it, and the body wins. */
export const readForm = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  const query = formOf(request.url.split("?").slice(1).join("?"))
  if (request.method !== "POST") return query
  const type = request.headers["content-type"] ?? ""
  const text = yield* request.text.pipe(Effect.mapError(() => refuse("notForm")))
  if (text !== "" && type !== "" && !type.toLowerCase().startsWith("application/x-www-form-urlencoded")) {
    return yield* refuse("notForm")
  }
  return { ...query, ...formOf(text) }
})

export interface ClientCredentials {
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
}

/** Client id and secret of a form or, failing that, of the Basic header. */
export function clientCredentialsOf(
  request: HttpServerRequest.HttpServerRequest,
  form: Form
): Effect.Effect<ClientCredentials, ReturnType<typeof refuse>> {
  const basic = /^basic\s+(.*)$/i.exec(request.headers.authorization ?? "")
  if (basic === null) return Effect.succeed({ clientId: form.client_id, clientSecret: form.client_secret })
  const text = Buffer.from(basic[1] ?? "", "base64").toString()
  const colon = text.indexOf(":")
  if (colon < 0) return Effect.fail(refuse("badBasic"))
  return Effect.succeed({
    clientId: form.client_id ?? decodePart(text.slice(0, colon)),
    clientSecret: form.client_secret ?? decodePart(text.slice(colon + 1))
  })
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
