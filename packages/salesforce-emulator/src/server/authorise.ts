/**
 * The bearer check that `restRoute` makes. It is the one place where routes meet OAuth.
 *
 * Until `../oauth/sessions.ts` exists, every request counts as the org's administrator.
 */
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { Org } from "../org/org.ts"
import type { SalesforceError } from "./salesforce-error.ts"

export interface Caller {
  readonly userId: string
}

export const authorise = (
  _request: HttpServerRequest.HttpServerRequest
): Effect.Effect<Caller, SalesforceError, Org> => Effect.map(Org, (org) => ({ userId: org.adminId }))
