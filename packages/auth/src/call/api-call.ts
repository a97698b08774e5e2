/**
 * What all calls to an org's API have in common, whichever package makes them: how they introduce themselves, how
 * long they may take, how replies are read, and how many calls the org says it has left.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers.htm
 */
import { promisify } from "node:util"
import { gunzip } from "node:zlib"
import { Effect, Redacted, Stream } from "effect"
import { HttpClientRequest, type HttpClientResponse } from "effect/http"
import type { Token } from "../token.ts"

/** Salesforce ends any call after ten minutes. */
export const LONGEST_CALL = "11 minutes"
const LONGEST_SILENCE = "2 minutes"

export interface ApiReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

/** What ended the connection, as the caller's own error. */
type Broken<E> = (cause: unknown) => E

/** The path is from the root of the instance: `/services/data/v67.0/…`. */
export const apiRequest = (
  call: {
    readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE"
    readonly path: string
    readonly headers?: Readonly<Record<string, string>>
  },
  token: Token
): HttpClientRequest.HttpClientRequest =>
  HttpClientRequest.make(call.method)(`${token.instanceUrl}${call.path}`).pipe(
    HttpClientRequest.setHeaders({
      accept: "application/json",
      "accept-encoding": "gzip",
      "sforce-call-options": "client=decant",
      ...call.headers
    }),
    HttpClientRequest.bearerToken(Redacted.value(token.accessToken))
  )

const inflate = promisify(gunzip)

/** For clients that leave compressed bodies as they are, such as that of undici. */
export const readReply = Effect.fnUntraced(function* <E>(
  response: HttpClientResponse.HttpClientResponse,
  broken: Broken<E>
): Effect.fn.Return<ApiReply, E> {
  const bytes = Buffer.from(yield* Effect.mapError(response.arrayBuffer, broken))
  const compressed = response.headers["content-encoding"] === "gzip" && bytes.length > 0
  const text = compressed ? yield* Effect.tryPromise({ try: () => inflate(bytes), catch: broken }) : bytes
  return { status: response.status, headers: response.headers, text: text.toString("utf8") }
})

/** The bytes as they were sent; fails where the connection breaks or nothing arrives for long. */
export const bodyOf = <E>(
  response: HttpClientResponse.HttpClientResponse,
  broken: Broken<E>
): Stream.Stream<Uint8Array, E> =>
  response.stream.pipe(
    Stream.mapError(broken),
    Stream.timeoutOrElse({
      duration: LONGEST_SILENCE,
      orElse: () => Stream.fail(broken({ code: "ETIMEDOUT" }))
    })
  )

/** Calls of everybody in the last 24 hours, and how many the org may make. */
export interface ApiUsage {
  readonly used: number
  readonly max: number
}

/** `api-usage=10018/100000`, and perhaps more after it. */
export const usageIn = (headers: ApiReply["headers"]): ApiUsage | null => {
  const [, used, max] = /api-usage=(\d+)\/(\d+)/.exec(headers["sforce-limit-info"] ?? "") ?? []
  return used === undefined || max === undefined ? null : { used: Number(used), max: Number(max) }
}
