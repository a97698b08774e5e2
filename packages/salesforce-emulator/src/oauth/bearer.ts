/** The bearer check of every API route: `Authorization: Bearer` or `OAuth`, as old clients write it. */
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { SalesforceError } from "../server/salesforce-error.ts"
import { allowsRest } from "./scopes.ts"
import { type Session, Sessions } from "./sessions.ts"

const invalid = (message: string) =>
  new SalesforceError({ status: 401, errorCode: "INVALID_SESSION_ID", message })

export const tokenOf = (request: HttpServerRequest.HttpServerRequest): string | undefined =>
  /^(?:bearer|oauth)\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "")?.[1]

export const bearer = Effect.fnUntraced(function* (
  request: HttpServerRequest.HttpServerRequest
): Effect.fn.Return<Session, SalesforceError, Sessions> {
  const { authorization } = request.headers
  const token = tokenOf(request)
  if (token === undefined && authorization !== undefined) {
    return yield* new SalesforceError({
      status: 401,
      errorCode: "INVALID_AUTH_HEADER",
      message: "INVALID_HEADER_TYPE"
    })
  }
  const session = token === undefined ? undefined : (yield* Sessions).verify(token)
  if (session === undefined) return yield* invalid("Session expired or invalid")
  if (!allowsRest(session.scopes))
    return yield* invalid("This session is not valid for use with the REST API")
  return session
})
