/**
 * A request within a request: it goes through the same routes as one of its own, as the same user, so it answers the
 * same. Composite resources are made of these.
 */
import { Effect } from "effect"
import { type HttpRouter, HttpServerRequest, type HttpServerResponse } from "effect/http"

export interface Subrequest {
  readonly method: string
  /** Path and query; may be relative to the host. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** JSON text. */
  readonly body?: string | undefined
}

export interface SubrequestAnswer {
  readonly status: number
  /** Those that composite resources hand on. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

const readAnswer = (response: HttpServerResponse.HttpServerResponse): SubrequestAnswer => {
  const { body, status } = response
  const text = body._tag === "Uint8Array" ? Buffer.from(body.body).toString() : ""
  const { location } = response.headers
  return {
    status,
    headers: location === undefined ? {} : { Location: location },
    body: text === "" ? null : JSON.parse(text)
  }
}

/** No request can be made of it. */
const malformed = (method: string, url: string): SubrequestAnswer => ({
  status: 400,
  headers: {},
  body: [{ errorCode: "INVALID_INPUT", message: `The subrequest cannot be read: ${method} ${url}` }]
})

/** Only for routing: subrequests never leave the process. */
const nowhere = "http://subrequest.invalid"

export const subrequest = Effect.fnUntraced(function* (
  router: HttpRouter.HttpRouter,
  outer: HttpServerRequest.HttpServerRequest,
  { method, url, headers: given, body }: Subrequest
) {
  const web = yield* Effect.try(() => {
    const headers = new Headers({ ...given, "content-type": "application/json" })
    headers.set("authorization", outer.headers.authorization ?? "")
    const word = method.toUpperCase()
    const bodiless = body === undefined || word === "GET" || word === "HEAD"
    return new Request(new URL(url, nowhere), { method: word, headers, ...(bodiless ? {} : { body }) })
  }).pipe(Effect.orElseSucceed(() => undefined))
  if (web === undefined) return malformed(method, url)
  const response = yield* router
    .asHttpEffect()
    .pipe(
      Effect.provideService(HttpServerRequest.HttpServerRequest, HttpServerRequest.fromWeb(web)),
      Effect.orDie
    )
  return readAnswer(response)
})
