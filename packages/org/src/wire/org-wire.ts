/**
 * The one way to the org for everything in this package, jsforce included: the token goes to the instance's own
 * origin and nowhere else (no redirect is followed), is renewed once after a 401, and nothing that writes is
 * sent twice unless nothing can have happened the first time.
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
import { Effect, Stream } from "effect"
import { HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
import { OrgError, type OrgFailure, orgError } from "../org-error.ts"
import { answerFailure } from "./answer-failure.ts"
import { asUncertain, isWorthRepeating } from "./retry-policy.ts"

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE"

/** A stream is read anew at each try. */
export interface WireBody {
  readonly type: string
  readonly content:
    | string
    | { readonly stream: Stream.Stream<Uint8Array, OrgError>; readonly bytes: number | undefined }
}

export interface WireCall {
  readonly method: Method
  /** From the root of the instance: `/services/data/v67.0/…`. */
  readonly path: string
  readonly body?: WireBody
  readonly headers?: Readonly<Record<string, string>>
  /** Doing it twice does no harm; GET and HEAD unless said. */
  readonly mayRepeat?: boolean
}

export interface Download {
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Inflated; fails where the connection breaks or nothing arrives for long. */
  readonly body: Stream.Stream<Uint8Array, OrgFailure>
}

export interface OrgWire {
  readonly session: Session
  readonly send: (call: WireCall) => Effect.Effect<ApiReply, OrgFailure>
  /** The answer's head; its body is still to come and must be run to its end or dropped. */
  readonly download: (call: WireCall) => Effect.Effect<Download, OrgFailure>
  /** Calls of the whole org in the last 24 hours, as the last answer said. */
  readonly usage: () => ApiUsage | null
}

/** A job's content over a slow line. */
const LONGEST_UPLOAD = "2 hours"

const budgetSpent = ({ used, max }: ApiUsage, share: number): OrgError =>
  orgError("ORG_BUDGET_SPENT", {
    message: `All together used ${used} of the org's ${max} API calls in 24 hours; the spec allows ${Math.round(share * 100)} %.`
  })

const withBody = (request: HttpClientRequest.HttpClientRequest, body: WireBody | undefined) => {
  if (body === undefined) return request
  if (typeof body.content === "string") return HttpClientRequest.bodyText(request, body.content, body.type)
  const { stream, bytes } = body.content
  return HttpClientRequest.bodyStream(request, stream, { contentType: body.type, contentLength: bytes })
}

export const makeOrgWire = (of: {
  readonly http: HttpClient.HttpClient
  readonly session: Session
  /** The share of the org's daily calls that may be used by all together; null for no such limit. */
  readonly orgShare: number | null
}): OrgWire => {
  let usage: ApiUsage | null = null

  const broken = (token: Token) => (cause: unknown) =>
    new OrgError(bareRefusal(networkFailure(cause, token.instanceUrl)))

  const withinBudget = Effect.suspend(() =>
    of.orgShare !== null && usage !== null && usage.used >= usage.max * of.orgShare
      ? Effect.fail(budgetSpent(usage, of.orgShare))
      : Effect.void
  )

  const readText = (response: HttpClientResponse.HttpClientResponse, token: Token) =>
    readReply(response, broken(token))

  const attempt = <A>(
    call: WireCall,
    token: Token,
    use: (response: HttpClientResponse.HttpClientResponse, token: Token) => Effect.Effect<A, OrgError>
  ) =>
    withinBudget.pipe(
      Effect.andThen(
        Effect.mapError(of.http.execute(withBody(apiRequest(call, token), call.body)), broken(token))
      ),
      Effect.tap((response) =>
        Effect.sync(() => {
          usage = usageIn(response.headers) ?? usage
        })
      ),
      Effect.flatMap((response) =>
        response.status >= 200 && response.status < 300
          ? use(response, token)
          : Effect.flatMap(readText(response, token), (answer) =>
              Effect.fail(answerFailure(answer, { host: token.instanceUrl }))
            )
      ),
      Effect.provideService(HttpClient.TracerPropagationEnabled, false),
      Effect.timeoutOrElse({
        duration: typeof call.body?.content === "object" ? LONGEST_UPLOAD : LONGEST_CALL,
        orElse: () => Effect.fail(broken(token)({ code: "ETIMEDOUT" }))
      })
    )

  const exchange = <A>(
    call: WireCall,
    use: (response: HttpClientResponse.HttpClientResponse, token: Token) => Effect.Effect<A, OrgError>
  ): Effect.Effect<A, OrgFailure> => {
    const mayRepeat = call.mayRepeat ?? (call.method === "GET" || call.method === "HEAD")
    return Effect.flatMap(of.session.token, (token) =>
      attempt(call, token, use).pipe(
        Effect.catchIf(
          (error) => error.code === "API_SESSION_INVALID",
          () => Effect.flatMap(of.session.renew(token), (renewed) => attempt(call, renewed, use))
        )
      )
    ).pipe(
      Effect.retry({ schedule: backOff, while: isWorthRepeating(mayRepeat) }),
      Effect.mapError((error) => (mayRepeat ? error : asUncertain(error)))
    )
  }

  const inflated = (response: HttpClientResponse.HttpClientResponse, token: Token) => {
    const bytes = bodyOf(response, broken(token))
    return response.headers["content-encoding"] === "gzip" ? gunzipped(bytes, broken(token)) : bytes
  }

  return {
    session: of.session,
    send: (call) => exchange(call, readText),
    download: (call) =>
      exchange(call, (response, token) =>
        Effect.sync(() => ({ headers: response.headers, body: inflated(response, token) }))
      ),
    usage: () => usage
  }
}

/** Node's own type of it admits more kinds of chunks than it yields. */
type ByteTransform = { readable: ReadableStream<Uint8Array>; writable: WritableStream<Uint8Array> }

const gunzipped = (bytes: Stream.Stream<Uint8Array, OrgError>, broken: (cause: unknown) => OrgError) =>
  Stream.unwrap(
    Effect.map(Stream.toReadableStreamEffect(bytes), (compressed) =>
      Stream.fromReadableStream<Uint8Array, OrgError>({
        evaluate: () => compressed.pipeThrough(new DecompressionStream("gzip") as ByteTransform),
        onError: broken
      })
    )
  )
