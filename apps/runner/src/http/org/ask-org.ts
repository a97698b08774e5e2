/** One SOQL query with the connection's own login, for a count or a handful of rows. */
import { AuthError, apiFailure, apiRequest, networkFailure, readReply, type Token } from "@decant/auth"
import { Effect, Schema } from "effect"
import { HttpClient } from "effect/http"
import { httpError } from "../answer.ts"
import type { OpenOrg } from "./org-sources.ts"

const Rows = Schema.Struct({
  totalSize: Schema.Finite,
  records: Schema.Array(Schema.Record(Schema.String, Schema.Json))
})
const Errors = Schema.NonEmptyArray(Schema.Struct({ message: Schema.String, errorCode: Schema.String }))

const decodeRows = Schema.decodeUnknownEffect(Schema.fromJsonString(Rows))
const decodeErrors = Schema.decodeUnknownOption(Schema.fromJsonString(Errors))

/** What Salesforce says of a text that a person typed, e.g. MALFORMED_QUERY or INVALID_FIELD. */
const ofTheQuery = /MALFORMED|INVALID_FIELD|INVALID_QUERY|INVALID_OPERATOR|INVALID_TYPE/

const refusal = (status: number, text: string, host: string) => {
  const errors = decodeErrors(text)
  const { errorCode, message } = errors._tag === "Some" ? errors.value[0] : { errorCode: null, message: "" }
  if (errorCode !== null && ofTheQuery.test(errorCode)) {
    return httpError("WHERE_INVALID", { message: `Salesforce says: ${message.trim()}` })
  }
  return AuthError.of(apiFailure({ status, errorCode, message }, { host }))
}

const seconds = 60

export const askOrg = Effect.fnUntraced(function* ({ session, apiVersion }: OpenOrg, soql: string) {
  const http = yield* HttpClient.HttpClient
  const path = `/services/data/v${apiVersion}/query?q=${encodeURIComponent(soql)}`
  const get = Effect.fnUntraced(function* (token: Token) {
    const host = token.instanceUrl
    const broken = (cause: unknown) => AuthError.of(networkFailure(cause, host))
    const response = yield* Effect.mapError(http.execute(apiRequest({ method: "GET", path }, token)), broken)
    return { ...(yield* readReply(response, broken)), host }
  })
  const asked = Effect.gen(function* () {
    const token = yield* session.token
    const first = yield* get(token)
    return first.status === 401 ? yield* get(yield* session.renew(token)) : first
  })
  const { status, text, host } = yield* asked.pipe(
    Effect.timeoutOrElse({
      duration: `${seconds} seconds`,
      orElse: () =>
        Effect.fail(httpError("WHERE_INVALID", { message: `Salesforce took more than ${seconds} s.` }))
    })
  )
  if (status !== 200) return yield* refusal(status, text, host)
  return yield* decodeRows(text).pipe(Effect.orDie)
})
