/**
 * How this package talks HTTP: 30 seconds a request, no redirect followed, no secret in any error, and
 * another try only where Salesforce or the network says that one may help.
 */
import { Clock, Effect, Redacted, Schedule } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import { AuthError } from "./auth-error.ts"
import type { Grant } from "./error-catalogue.ts"
import { networkFailure } from "./network-failure.ts"
import { apiFailure, type Details, oauthFailure, quoteAnswer } from "./recognise.ts"

type Secret = Redacted.Redacted<string>

export interface FormPost {
  readonly url: string
  readonly form: Readonly<Record<string, string | Secret>>
  readonly grant?: Grant
  readonly details: Details
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly location: string | null
  /** By the `Date` header; null without one. */
  readonly serverMillis: number | null
}

/** Salesforce accepts three minutes; a header's second and a slow answer are taken off. */
const toleratedSkewSeconds = 170

const timeLimit = "30 seconds"

export const backOff = Schedule.exponential("500 millis").pipe(
  Schedule.jittered,
  Schedule.upTo({ times: 4, duration: "45 seconds" })
)

export const send = Effect.fnUntraced(function* (
  request: HttpClientRequest.HttpClientRequest,
  host: string
): Effect.fn.Return<Answer, AuthError, HttpClient.HttpClient> {
  const client = yield* HttpClient.HttpClient
  return yield* client.execute(request).pipe(
    Effect.flatMap((response) =>
      Effect.map(response.text, (text) => {
        const date = Date.parse(response.headers.date ?? "")
        return {
          status: response.status,
          text,
          location: response.headers.location ?? null,
          serverMillis: Number.isNaN(date) ? null : date
        }
      })
    ),
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
    Effect.mapError((error) => AuthError.of(networkFailure(error, host))),
    Effect.timeoutOrElse({
      duration: timeLimit,
      orElse: () => Effect.fail(AuthError.because("NET_TIMEOUT", { host, detail: timeLimit }))
    })
  )
})

const secretsOf = (post: FormPost): ReadonlyArray<string> =>
  Object.values(post.form).flatMap((value) => (Redacted.isRedacted(value) ? [Redacted.value(value)] : []))

const originOf = (text: string): string =>
  URL.canParse(text) ? new URL(text).origin : "an unreadable address"

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

export const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Salesforce's OAuth error, as JSON or, from the revoke endpoint, as a form. */
const errorOf = (text: string): { readonly error: string; readonly description: string } | null => {
  const json = jsonOf(text)
  const fields = isObject(json) ? json : Object.fromEntries(new URLSearchParams(text))
  if (typeof fields.error !== "string") return null
  const description = fields.error_description
  return { error: fields.error, description: typeof description === "string" ? description : "" }
}

const refusalOf = (post: FormPost, answer: Answer): AuthError => {
  const host = new URL(post.url).origin
  const clean = (text: string) => quoteAnswer(text, secretsOf(post))
  if (answer.status >= 300 && answer.status < 400) {
    const target =
      answer.location === null ? "an unnamed address" : originOf(new URL(answer.location, host).href)
    return AuthError.because("AUTH_REDIRECTED", { host, detail: target })
  }
  const error = errorOf(answer.text)
  if (error !== null) {
    return AuthError.of(
      oauthFailure(
        {
          error: clean(error.error),
          description: clean(error.description),
          ...(post.grant === undefined ? {} : { grant: post.grant })
        },
        { host, ...post.details }
      )
    )
  }
  if (answer.status >= 500 || answer.status === 420 || answer.status === 429 || answer.status === 406) {
    return AuthError.of(apiFailure({ status: answer.status, errorCode: null, message: "" }, { host }))
  }
  return AuthError.because("AUTH_ANSWER_UNREADABLE", { host, detail: `HTTP ${answer.status}` })
}

/** Salesforce does not say that a signed login came from a wrong clock; its `Date` header does. */
const clockToBlame = Effect.fnUntraced(function* (post: FormPost, answer: Answer, refusal: AuthError) {
  if (post.grant !== "jwt-bearer" || answer.serverMillis === null) return null
  if (refusal.code !== "AUTH_KEY_MISMATCH" && refusal.code !== "AUTH_REFUSED") return null
  const seconds = Math.round(((yield* Clock.currentTimeMillis) - answer.serverMillis) / 1000)
  if (Math.abs(seconds) < toleratedSkewSeconds) return null
  const amount = `${Math.round(Math.abs(seconds) / 60)} minutes ${seconds > 0 ? "ahead of" : "behind"}`
  return AuthError.because("AUTH_CLOCK_SKEW", { detail: amount })
})

export interface Granted {
  readonly json: unknown
  readonly serverMillis: number | null
}

/** One post of a form with secrets in it; the JSON of a 200. */
export const postOnce = Effect.fnUntraced(function* (
  post: FormPost
): Effect.fn.Return<Granted, AuthError, HttpClient.HttpClient> {
  const host = new URL(post.url).origin
  const form = Object.entries(post.form).map(
    ([name, value]) => [name, Redacted.isRedacted(value) ? Redacted.value(value) : value] as const
  )
  const answer = yield* send(
    HttpClientRequest.post(post.url).pipe(
      HttpClientRequest.acceptJson,
      HttpClientRequest.bodyUrlParams(form)
    ),
    host
  )
  if (answer.status !== 200) {
    const refusal = refusalOf(post, answer)
    return yield* (yield* clockToBlame(post, answer, refusal)) ?? refusal
  }
  const json = jsonOf(answer.text)
  if (json === null && answer.text.trim() !== "") {
    return yield* AuthError.because("AUTH_ANSWER_UNREADABLE", { host, detail: "its answer is not JSON" })
  }
  return { json, serverMillis: answer.serverMillis }
})

/** For requests that Salesforce may see twice without harm. */
export const post = (request: FormPost): Effect.Effect<Granted, AuthError, HttpClient.HttpClient> =>
  postOnce(request).pipe(Effect.retry({ schedule: backOff, while: (error) => error.tryAgainSoon }))
