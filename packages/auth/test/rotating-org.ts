/**
 * Salesforce's token endpoint as far as refresh tokens go: with rotation each works once, a replay ends everything,
 * and two requests at once are refused. It goes on with a request whose client has gone, as Salesforce does.
 */
import type { ServerResponse } from "node:http"
import { grant, json, type Received, type Respond, refuse } from "./wire.ts"

export interface RotatingOrg {
  readonly respond: Respond
  /** The token that works now; null once a replay has ended the connection. */
  current: string | null
  readonly rotates: boolean
  /** How often a used token was sent again. */
  replays: number
  refreshes: number
  busy: number
  introspections: number
  /** Called instead of answering, when set. */
  instead: ((request: Received, response: ServerResponse) => void) | null
  /** Leaves the look whether the host is there without an answer. */
  silent: boolean
  /** Called with the answer of a refresh that was granted, when set: may withhold it. */
  answering: ((answer: () => void, response: ServerResponse) => void) | null
}

export const rotatingOrg = (options: {
  readonly rotates: boolean
  readonly millis?: number
}): RotatingOrg => {
  const used = new Set<string>()
  let inFlight = false

  const refresh = (request: Received, response: ServerResponse, origin: string) => {
    const token = request.form.get("refresh_token") ?? ""
    if (used.has(token)) {
      org.replays += 1
      org.current = null
    }
    if (org.current === null || token !== org.current) {
      return refuse(response, "invalid_grant", "expired access/refresh token")
    }
    if (inFlight) {
      org.busy += 1
      return refuse(response, "invalid_grant", "token request is already being processed")
    }
    inFlight = true
    setTimeout(() => {
      inFlight = false
      org.refreshes += 1
      const next = org.rotates ? `5Aep861-${org.refreshes}-refresh` : undefined
      if (next !== undefined) {
        used.add(token)
        org.current = next
      }
      const answer = () =>
        json(response, 200, {
          ...grant(origin, `00D!access-${org.refreshes}`),
          ...(next === undefined ? {} : { refresh_token: next })
        })
      if (org.answering === null) answer()
      else org.answering(answer, response)
    }, options.millis ?? 10)
  }

  const org: RotatingOrg = {
    current: "5Aep861-0-refresh",
    rotates: options.rotates,
    replays: 0,
    refreshes: 0,
    busy: 0,
    introspections: 0,
    instead: null,
    silent: false,
    answering: null,
    respond: (request, response, origin) => {
      if (request.path === "/services/data") return org.silent ? undefined : json(response, 200, [])
      if (request.path === "/services/oauth2/introspect") {
        org.introspections += 1
        return json(response, 200, { active: request.form.get("token") === org.current })
      }
      if (org.instead !== null) return org.instead(request, response)
      return refresh(request, response, origin)
    }
  }
  return org
}
