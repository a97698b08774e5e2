/**
 * The one way to the org: sends a call with the session's token, renews it once after a 401, waits and
 * tries again where that can help, keeps the org's clock and counts what Salesforce counts.
 *
 * Bodies are asked for compressed and handed on as they arrive; only text replies are inflated here.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers.htm
 */
import { promisify } from "node:util"
import { gunzip } from "node:zlib"
import { networkFailure, type Session, type Token } from "@decant/auth"
import { Effect, Redacted, Stream } from "effect"
import { HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
import type { ReadError } from "../read-error.ts"
import { refusal, type SourceError } from "../source-error.ts"
import { type Reply, replyFailure } from "./api-reply.ts"
import type { CallLedger } from "./call-ledger.ts"
import type { OrgClock } from "./org-clock.ts"
import { backOff, isTransient } from "./retry-policy.ts"
import { type ApiUsage, makeUsageEstimate, usageIn } from "./usage-estimate.ts"

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
  readonly text: (call: Call) => Effect.Effect<Reply, ReadError>
  /** The same, but a resource that is not there is a reply with its status. */
  readonly reply: (call: Call) => Effect.Effect<Reply, ReadError>
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

/** Salesforce ends any call after ten minutes. */
const LONGEST_CALL = "11 minutes"
const LONGEST_SILENCE = "2 minutes"

const inflate = promisify(gunzip)

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

  const note = (headers: Reply["headers"]): void => {
    of.clock.note(headers.date)
    const seen = usageIn(headers["sforce-limit-info"])
    if (seen !== null) usage.seen(seen)
  }

  const request = (call: Call, token: Token): HttpClientRequest.HttpClientRequest => {
    const bare = HttpClientRequest.make(call.method ?? "GET")(`${token.instanceUrl}${call.path}`).pipe(
      HttpClientRequest.setHeaders({
        accept: "application/json",
        "accept-encoding": "gzip",
        "sforce-call-options": "client=decant",
        ...call.headers
      }),
      HttpClientRequest.bearerToken(Redacted.value(token.accessToken))
    )
    return call.body === undefined ? bare : HttpClientRequest.bodyJsonUnsafe(bare, call.body)
  }

  const broken = (token: Token) => (cause: unknown) => refusal(networkFailure(cause, token.instanceUrl))

  const inTime = (token: Token) =>
    Effect.timeoutOrElse({
      duration: LONGEST_CALL,
      orElse: () => Effect.fail(broken(token)({ code: "ETIMEDOUT" }))
    })

  const readText = Effect.fnUntraced(function* (
    response: HttpClientResponse.HttpClientResponse,
    token: Token
  ) {
    const bytes = Buffer.from(yield* Effect.mapError(response.arrayBuffer, broken(token)))
    const compressed = response.headers["content-encoding"] === "gzip" && bytes.length > 0
    const text = compressed
      ? yield* Effect.tryPromise({ try: () => inflate(bytes), catch: broken(token) })
      : bytes
    return { status: response.status, headers: response.headers, text: text.toString("utf8") } satisfies Reply
  })

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
    body: response.stream.pipe(
      Stream.mapError(broken(token)),
      Stream.timeoutOrElse({
        duration: LONGEST_SILENCE,
        orElse: () => Stream.fail(broken(token)({ code: "ETIMEDOUT" }))
      })
    )
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
