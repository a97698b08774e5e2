/**
 * How a REST route is added. A route group is a file that merges `restRoute` layers and is named in
 * `route-groups.ts`; nothing else is registered anywhere:
 *
 *     export const limitsRoutes = restRoute("GET", "/limits", (call) => Effect.succeed(json({ … })))
 *
 * `restRoute` puts the path under `/services/data/vNN.N`, refuses versions the org does not serve, requires a
 * session (see `authorise`), counts the call, adds Sforce-Limit-Info and turns a `SalesforceError` into
 * Salesforce's error array. Handlers get the session and fail with `SalesforceError` only. Routes outside
 * `/services/data` (OAuth, `/emulator`) use `plainRoute`: the same without version, session and counting.
 */
import { randomInt } from "node:crypto"
import { Cause, Context, Effect } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import type { ApiUsage } from "../org/api-usage.ts"
import { Org } from "../org/org.ts"
import { authorise, type Caller } from "./authorise.ts"
import { errorResponse, notFound, SalesforceError, unknownException } from "./salesforce-error.ts"

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

export interface PlainCall {
  readonly request: HttpServerRequest.HttpServerRequest
  /** Path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** The query string. */
  readonly search: URLSearchParams
}

export interface Call extends PlainCall {
  /** As in the path, without the v: `68.0`. */
  readonly version: string
  readonly caller: Caller
}

/** Whether the running request is a part of a composite call, which is counted once for all its parts. */
export const isCompositePart = Context.Reference<boolean>("salesforce-emulator/server/isCompositePart", {
  defaultValue: () => false
})

const jsonType = "application/json;charset=UTF-8"

/** JSON that is ready to send, as bytes: a long text would be gone through at every step on its way. */
export const jsonBytes = (bytes: Uint8Array) =>
  HttpServerResponse.uint8Array(bytes, { contentType: jsonType })

/** JSON text that is ready to send. */
export const jsonText = (text: string, status = 200) =>
  HttpServerResponse.text(text, { status, contentType: jsonType })

export const json = (body: unknown, status = 200) => jsonText(JSON.stringify(body), status)

const readCall = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const given = yield* HttpRouter.params
  const params: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) if (value !== undefined) params[name] = value
  const queryAt = request.url.indexOf("?")
  const search = new URLSearchParams(queryAt < 0 ? "" : request.url.slice(queryAt + 1))
  return { request, params, search } satisfies PlainCall
})

const asResponse = <R>(
  effect: Effect.Effect<HttpServerResponse.HttpServerResponse, SalesforceError, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R> =>
  effect.pipe(
    Effect.catchTag("SalesforceError", (error) => Effect.succeed(errorResponse(error))),
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.gen(function* () {
            const errorId = `${randomInt(1e9)}-${randomInt(1e6)} (${randomInt(1e9)})`
            yield* Effect.logError(`ErrorId ${errorId}`, cause)
            return errorResponse(unknownException(errorId))
          })
    )
  )

export const plainRoute = <R>(
  method: Method | "*",
  path: `/${string}`,
  handler: (call: PlainCall) => Effect.Effect<HttpServerResponse.HttpServerResponse, SalesforceError, R>
) => HttpRouter.add(method, path, Effect.flatMap(readCall, handler).pipe(asResponse))

const oldestVersion = 31
const retiredFrom = 7

const checkVersion = (text: string, newest: string): Effect.Effect<string, SalesforceError> => {
  const version = /^v(\d+)\.0$/i.exec(text)?.[1]
  const number = Number(version)
  if (version === undefined || number > Number(newest) || number < retiredFrom) return Effect.fail(notFound())
  return number < oldestVersion
    ? Effect.fail(
        new SalesforceError({
          status: 410,
          errorCode: "UNSUPPORTED_API_VERSION",
          message: `The requested API version ${number}.0 is retired. Use version ${oldestVersion}.0 or later.`
        })
      )
    : Effect.succeed(`${number}.0`)
}

const apiDisabled = new SalesforceError({
  status: 403,
  errorCode: "API_CURRENTLY_DISABLED",
  message: "API is disabled for this User"
})

/** Counts the call and lets it run, unless a limit forbids it; a part of a composite call is no call of its own. */
const metered = <A, E, R>(usage: ApiUsage, run: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    if (yield* isCompositePart) return yield* run
    const begun = usage.begin()
    if (begun instanceof SalesforceError) return yield* begun
    return yield* Effect.ensuring(run, Effect.sync(begun))
  })

interface Resource {
  readonly pattern: RegExp
  readonly methods: Set<Method>
}

/** What is served under a version, by its path. */
const resources = new Map<string, Resource>()

const register = (method: Method, path: string): void => {
  const known = resources.get(path)
  if (known !== undefined) {
    known.methods.add(method)
    return
  }
  const pattern = path.replaceAll(/:\w+/g, "[^/]+")
  resources.set(path, {
    pattern: new RegExp(`^/+services/+data/+v\\d+\\.0${pattern}/*$`, "i"),
    methods: new Set([method])
  })
}

/** The refusal of a path that is served, but not by this method; undefined when it is not served at all. */
export const wrongMethod = (method: string, path: string): SalesforceError | undefined => {
  const allowed = new Set(
    [...resources.values()].flatMap(({ pattern, methods }) => (pattern.test(path) ? [...methods] : []))
  )
  return allowed.size === 0
    ? undefined
    : new SalesforceError({
        status: 405,
        errorCode: "METHOD_NOT_ALLOWED",
        message: `HTTP Method '${method}' not allowed. Allowed are ${["HEAD", ...allowed].join(",")}`
      })
}

/** The handler reads the org with the caller's eyes. */
export const restRoute = <R>(
  method: Method,
  path: `/${string}` | "",
  handler: (call: Call) => Effect.Effect<HttpServerResponse.HttpServerResponse, SalesforceError, R>
) => {
  register(method, path)
  return HttpRouter.add(
    method,
    `/services/data/:version${path}`,
    Effect.gen(function* () {
      const plain = yield* readCall
      const whole = yield* Org
      const version = yield* checkVersion(plain.params.version ?? "", whole.apiVersion)
      const caller = yield* authorise(plain.request)
      const answer = Effect.gen(function* () {
        yield* whole.settle
        const org = yield* whole.as(caller.userId)
        if (!org.sight.may("ApiEnabled")) return yield* apiDisabled
        return yield* handler({ ...plain, version, caller }).pipe(Effect.provideService(Org, org))
      })
      return yield* metered(whole.usage, answer).pipe(
        Effect.catchTag("SalesforceError", (error) => Effect.succeed(errorResponse(error))),
        Effect.map((response) =>
          HttpServerResponse.setHeader(response, "Sforce-Limit-Info", whole.usage.header)
        )
      )
    }).pipe(asResponse)
  )
}
