/** Which names this server answers to, how its cookie is called, and where it may listen. */
import { isIP } from "node:net"
import { RunnerError } from "../runner-error.ts"
import type { Entry } from "./access.ts"

export interface Listening {
  readonly host: string
  readonly port: number
  readonly publicUrl: string
}

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"]

export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))

export const isHttps = ({ publicUrl }: Listening): boolean => publicUrl.startsWith("https:")

/** As a browser writes them into `Host`. */
export const ownHosts = ({ host, port, publicUrl }: Listening): ReadonlySet<string> => {
  const names = isLoopback(host) ? loopbackNames.map((name) => `${name}:${port}`) : []
  return new Set([new URL(publicUrl).host.toLowerCase(), ...names])
}

/** Cookies do not tell ports apart, so their names do. */
export const cookieName = (of: Listening): string =>
  isHttps(of) ? "__Host-decant" : `decant-${new URL(of.publicUrl).port || "80"}`

/** Null when these may go together. */
export const unsafeBind = (of: Listening, by: Entry["by"]): RunnerError | null => {
  const { hostname } = new URL(of.publicUrl)
  if (isLoopback(of.host) && (isHttps(of) || isLoopback(hostname.replace(/^\[|\]$/g, "")))) return null
  if (isLoopback(of.host)) {
    return RunnerError.usage(
      `Others reach this server as ${of.publicUrl}: that needs https.`,
      "Give the proxy before it a certificate, and its address: `--public-url https://decant.example.com`."
    )
  }
  if (by !== "password") {
    return RunnerError.usage(
      `Others can reach ${of.host}: such a server needs a password.`,
      "Set DECANT_PASSWORD, or listen on 127.0.0.1."
    )
  }
  return isHttps(of)
    ? null
    : RunnerError.usage(
        `Others can reach ${of.host}: such a server needs https.`,
        "Put a proxy with https before it, and give its address: `--public-url https://decant.example.com`."
      )
}
