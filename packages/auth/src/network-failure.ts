/** Names what broke on the way to a host, from the error codes of Node and undici. */
import { type FailureParts, failureOf } from "./recognise.ts"

const unknownHost = new Set(["ENOTFOUND", "EAI_NODATA", "EAI_NONAME"])
const refused = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EACCES"])
const timedOut = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT"
])
const tls = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/

/** All error codes in an error, its causes and its aggregated errors. */
const codesOf = (error: unknown, depth = 0): ReadonlyArray<string> => {
  if (typeof error !== "object" || error === null || depth > 6) return []
  const { code, cause, errors, reason } = error as {
    readonly code?: unknown
    readonly cause?: unknown
    readonly errors?: unknown
    readonly reason?: unknown
  }
  return [
    ...(typeof code === "string" ? [code] : []),
    ...codesOf(cause, depth + 1),
    ...codesOf(reason, depth + 1),
    ...(Array.isArray(errors) ? errors.flatMap((inner) => codesOf(inner, depth + 1)) : [])
  ]
}

/** `host` is the address to name, e.g. `https://acme.my.salesforce.com`. */
export const networkFailure = (error: unknown, host: string): FailureParts => {
  const codes = codesOf(error)
  const found = (isIt: (code: string) => boolean) => codes.find(isIt)
  if (found((code) => unknownHost.has(code))) return failureOf("NET_HOST_UNKNOWN", { host })
  if (found((code) => refused.has(code))) return failureOf("NET_REFUSED", { host })
  if (found((code) => timedOut.has(code))) return failureOf("NET_TIMEOUT", { host, detail: "its time limit" })
  const certificate = found((code) => tls.test(code))
  if (certificate) return failureOf("NET_TLS", { host, detail: certificate })
  return failureOf("NET_BROKEN", { host, detail: codes[0] ?? "no reason given" })
}
