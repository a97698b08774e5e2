/**
 * The one way to the org: sends a call with the session's token, renews it once after a 401, waits and
 * tries again where that can help, keeps the org's clock and counts what Salesforce counts.
 *
 * Bodies are asked for compressed and handed on as they arrive; only text replies are inflated here.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers.htm
 */
import {
  type ApiReply,
  type ApiUsage,
  apiRequest,
  backOff,
  bareRefusal,
  bodyOf,
  LONGEST_CALL,
  networkFailure,
  readReply,
  type Session,
  type Token,
  usageIn
} from "@decant/auth"
import { Effect, type Stream } from "effect"
import { HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
import type { ReadError } from "../read-error.ts"
import { SourceError } from "../source-error.ts"
import { replyFailure } from "./api-reply.ts"
import type { CallLedger } from "./call-ledger.ts"
import type { OrgClock } from "./org-clock.ts"
import { isTransient } from "./retry-policy.ts"
import { makeUsageEstimate } from "./usage-estimate.ts"

interface Call {
  /** Whose usage it is; null for what no single stream caused. */
  readonly stream: string | null
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE"
  /** From the root of the instance: `/services/data/v67.0/…`. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Download {
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly gzip: boolean
  /** Fails where the connection breaks or nothing arrives for long. */
  readonly body: Stream.Stream<Uint8Array, SourceError>
}

export interface SalesforceClient {
  readonly apiVersion: string
  /** The path of a resource of the spec's API version: `resource("/limits")`. */
  readonly resource: (path: string) => string
  readonly text: (call: Call) => Effect.Effect<ApiReply, ReadError>
  /** The same, but a resource that is not there is a reply with its status. */
  readonly reply: (call: Call) => Effect.Effect<ApiReply, ReadError>
  /** The reply's head; its body is still to come and must be run to its end or dropped. */
  readonly download: (call: Call) => Effect.Effect<Download, ReadError>
  readonly clock: OrgClock
  readonly ledger: CallLedger
  /** Calls of the whole org in the last 24 hours, as near as can be known. */
  readonly apiUsage: () => ApiUsage | null
  /** The org has said it elsewhere than in a reply's head. */
  readonly noteUsage: (usage: ApiUsage) => void
}

type Use<A> = (response: HttpClientResponse.HttpClientResponse, token: Token) => Effect.Effect<A, SourceError>

export const makeSalesforceClient = (of: {
  readonly http: HttpClient.HttpClient
  readonly session: Session
  readonly apiVersion: string
  readonly clock: OrgClock
  readonly ledger: CallLedger
  /** Asked before each call whether it may be made; fails when the spec's budget is used up. */
  readonly gate?: (usage: ApiUsage | null) => Effect.Effect<void, SourceError>
}): SalesforceClient => {
  const usage = makeUsageEstimate()

  const note = (headers: ApiReply["headers"]): void => {
    of.clock.note(headers.date)
    const seen = usageIn(headers)
    if (seen !== null) usage.seen(seen)
  }

  const request = (call: Call, token: Token): HttpClientRequest.HttpClientRequest => {
    const bare = apiRequest({ ...call, method: call.method ?? "GET" }, token)
    return call.body === undefined ? bare : HttpClientRequest.bodyJsonUnsafe(bare, call.body)
  }

  const broken = (token: Token) => (cause: unknown) =>
    new SourceError(bareRefusal(networkFailure(cause, token.instanceUrl)))

  const inTime = (token: Token) =>
    Effect.timeoutOrElse({
      duration: LONGEST_CALL,
      orElse: () => Effect.fail(broken(token)({ code: "ETIMEDOUT" }))
    })

  const readText = (response: HttpClientResponse.HttpClientResponse, token: Token) =>
    readReply(response, broken(token))

  const send = (call: Call, token: Token) =>
    Effect.suspend(() => {
      of.ledger.call(call.stream)
      usage.sent()
      return of.http.execute(request(call, token))
    }).pipe(
      Effect.mapError(broken(token)),
      Effect.tap((response) => Effect.sync(() => note(response.headers))),
      Effect.provideService(HttpClient.TracerPropagationEnabled, false)
    )

  /** One try with one token: a success is given to `use`, anything else becomes its failure. */
  const attempt = <A>(call: Call, token: Token, use: Use<A>, accepted: ReadonlyArray<number>) =>
    Effect.suspend(() => of.gate?.(usage.now()) ?? Effect.void).pipe(
      Effect.andThen(send(call, token)),
      Effect.flatMap((response) =>
        (response.status >= 200 && response.status < 300) || accepted.includes(response.status)
          ? use(response, token)
          : Effect.flatMap(readText(response, token), (reply) =>
              Effect.fail(replyFailure(reply, { host: token.instanceUrl }))
            )
      ),
      inTime(token)
    )

  const exchange = <A>(
    call: Call,
    use: Use<A>,
    accepted: ReadonlyArray<number> = []
  ): Effect.Effect<A, ReadError> =>
    Effect.flatMap(of.session.token, (token) =>
      attempt(call, token, use, accepted).pipe(
        Effect.catchIf(
          (error) => error.code === "API_SESSION_INVALID",
          () => Effect.flatMap(of.session.renew(token), (renewed) => attempt(call, renewed, use, accepted))
        )
      )
    ).pipe(Effect.retry({ schedule: backOff, while: isTransient }))

  const download = (response: HttpClientResponse.HttpClientResponse, token: Token): Download => ({
    headers: response.headers,
    gzip: response.headers["content-encoding"] === "gzip",
    body: bodyOf(response, broken(token))
  })

  return {
    apiVersion: of.apiVersion,
    resource: (path) => `/services/data/v${of.apiVersion}${path}`,
    text: (call) => exchange(call, readText),
    reply: (call) => exchange(call, readText, [404]),
    download: (call) => exchange(call, (response, token) => Effect.sync(() => download(response, token))),
    clock: of.clock,
    ledger: of.ledger,
    apiUsage: usage.now,
    noteUsage: usage.seen
  }
}
