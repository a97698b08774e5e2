/** Signing in and out, and what stands before every other endpoint: a session, and a request of the right form. */
import { DecantApi, Invalid, SignedIn, WellFormed } from "@decant/api"
import { failureReport } from "@decant/connector"
import { Effect, Layer } from "effect"
import { HttpEffect, HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware } from "effect/http-api"
import { ServeSettings } from "../serve/serve-settings.ts"
import { Access, addressOf } from "./access.ts"
import { httpError, signInNeeded } from "./answer.ts"
import { cookieName, isHttps, type Listening } from "./own-address.ts"

const cookieOptions = (of: Listening) =>
  ({ httpOnly: true, sameSite: "strict", path: "/", secure: isHttps(of) }) as const

const withCookie = (response: HttpServerResponse.HttpServerResponse, of: Listening, session: string) =>
  Effect.orDie(HttpServerResponse.setCookie(response, cookieName(of), session, cookieOptions(of)))

const setCookie = (of: Listening, session: string) =>
  HttpEffect.appendPreResponseHandler((_, response) => withCookie(response, of, session))

const dropCookie = (of: Listening) =>
  HttpEffect.appendPreResponseHandler((_, response) =>
    Effect.orDie(
      HttpServerResponse.setCookie(response, cookieName(of), "", { ...cookieOptions(of), maxAge: 0 })
    )
  )

export const sessionHandlers = HttpApiBuilder.group(
  DecantApi,
  "session",
  Effect.fn(function* (handlers) {
    const access = yield* Access
    const settings = yield* ServeSettings
    const sessionOf = (signedIn: boolean) => ({
      signedIn,
      by: access.by,
      version: settings.version,
      publicUrl: settings.publicUrl
    })
    return handlers.handleAll({
      look: ({ request }) =>
        access.isSignedIn(request, cookieName(settings)).pipe(
          Effect.orElseSucceed(() => false),
          Effect.map(sessionOf)
        ),
      signIn: Effect.fnUntraced(function* ({ payload, request }) {
        const given = access.by === "token" ? payload.token : payload.password
        if (given === undefined) return yield* signInNeeded("SIGN_IN_REFUSED")
        yield* setCookie(settings, yield* access.signIn(given, addressOf(request)))
        return sessionOf(true)
      }),
      signOut: Effect.fnUntraced(function* ({ request }) {
        yield* access.signOut(request.cookies[cookieName(settings)] ?? "")
        yield* dropCookie(settings)
      })
    })
  })
)

/** `/?token=…`: the printed address. Its token becomes a cookie, and leaves the address bar. */
export const signInByAddress = Effect.fnUntraced(function* (token: string) {
  const access = yield* Access
  const settings = yield* ServeSettings
  const request = yield* HttpServerRequest.HttpServerRequest
  const home = HttpServerResponse.redirect("/", { status: 303, headers: { "cache-control": "no-store" } })
  if (access.by !== "token") return home
  // A wrong one leads to the page that asks for the right one.
  const session = yield* Effect.orElseSucceed(access.signIn(token, addressOf(request)), () => null)
  return session === null ? home : yield* withCookie(home, settings, session)
})

export const layerSignedIn = Layer.effect(
  SignedIn,
  Effect.gen(function* () {
    const access = yield* Access
    const settings = yield* ServeSettings
    return SignedIn.of((handled) =>
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        const signedIn = yield* access.isSignedIn(request, cookieName(settings))
        return signedIn ? yield* handled : yield* signInNeeded("SIGN_IN_NEEDED")
      })
    )
  })
)

/** Says where the request is wrong; never what was sent, which may be a secret. */
export const layerWellFormed = HttpApiMiddleware.layerSchemaErrorTransform(WellFormed, (error) =>
  Effect.fail(
    new Invalid(
      failureReport(
        httpError("REQUEST_INVALID", {
          message: `The request does not have the form that the API takes: ${String(error.cause.message).split("\n").join(" ")}`
        })
      )
    )
  )
)
