/** Connecting an org, by each of the ways; and the callback to which Salesforce leads back. */
import { DecantApi, type OAuthRequest } from "@decant/api"
import { openBrowserLogin } from "@decant/auth"
import { failureReport } from "@decant/connector"
import { Effect } from "effect"
import { HttpEffect, HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { ServeSettings } from "../../serve/serve-settings.ts"
import { answering, httpError } from "../answer.ts"
import { isHttps, type Listening } from "../own-address.ts"
import { Attempts, attemptCookie, newAttemptId } from "./attempts.ts"
import { draftConnection, dropDraft, type Wanted } from "./draft-connection.ts"
import { connected, logInNow } from "./log-in-now.ts"
import { connectOptions } from "./prerequisites.ts"

export const callbackPath = "/oauth/callback"
const callbackOf = ({ publicUrl }: Pick<Listening, "publicUrl">): string => `${publicUrl}${callbackPath}`

const cookieOptions = (of: Listening) =>
  ({
    httpOnly: true,
    sameSite: "lax",
    path: callbackPath,
    secure: isHttps(of),
    maxAge: "10 minutes"
  }) as const

const begin = Effect.fnUntraced(function* (payload: OAuthRequest, host: string) {
  const settings = yield* ServeSettings
  const attempts = yield* Attempts
  if (host !== new URL(settings.publicUrl).host) {
    return yield* httpError("OTHER_ADDRESS", { fix: `Open ${settings.publicUrl} and connect from there.` })
  }
  const { app, title, reconnect, environment } = payload
  const wanted: Wanted = {
    title,
    reconnect,
    environment,
    auth: { method: "oauth", ...(app.kind === "own" ? { clientId: app.clientId } : {}) },
    secrets: app.kind === "own" ? { clientSecret: app.clientSecret } : {}
  }
  const draft = yield* draftConnection(wanted)
  const { spec, folder } = draft.specFile
  const { auth } = spec.source
  if (auth.method !== "oauth") return yield* Effect.die("a draft for oauth has another method")
  const callback = callbackOf(settings)
  const login = yield* openBrowserLogin(auth, {
    source: spec.source,
    folder,
    connection: spec.name,
    callback
  }).pipe(Effect.tapError(() => dropDraft(draft)))
  const shown = {
    id: newAttemptId(),
    title: title ?? null,
    reconnect: reconnect ?? null,
    environment,
    app: app.kind,
    clientId: app.kind === "own" ? app.clientId : null
  }
  const { browser } = yield* attempts.add({ shown, draft, login })
  yield* HttpEffect.appendPreResponseHandler((_, response) =>
    Effect.orDie(HttpServerResponse.setCookie(response, attemptCookie, browser, cookieOptions(settings)))
  )
  return { attempt: shown.id, authorizeUrl: login.authorizeUrl }
})

export const connectHandlers = HttpApiBuilder.group(
  DecantApi,
  "connect",
  Effect.fn(function* (handlers) {
    const settings = yield* ServeSettings
    const attempts = yield* Attempts
    return handlers.handleAll({
      options: () =>
        Effect.sync(() =>
          connectOptions({
            callbackUrl: callbackOf(settings),
            quickConnect: Boolean(process.env.DECANT_SALESFORCE_CLIENT_ID)
          })
        ),
      oauth: ({ payload, request }) => answering(begin(payload, request.headers.host ?? "")),
      attempt: ({ params }) =>
        answering(
          attempts.get(params.attempt).pipe(
            Effect.filterOrFail(
              (found) => found !== null,
              () => httpError("LOGIN_UNKNOWN")
            )
          )
        ),
      jwt: ({
        payload: { title, reconnect, environment, clientId, username, audience, privateKey, passphrase }
      }) =>
        answering(
          logInNow({
            title,
            reconnect,
            environment,
            auth: {
              method: "jwt-bearer",
              clientId,
              username,
              ...(audience === undefined ? {} : { audience })
            },
            secrets: { privateKey, passphrase }
          })
        ),
      clientCredentials: ({ payload: { title, reconnect, environment, clientId, clientSecret } }) =>
        answering(
          logInNow({
            title,
            reconnect,
            environment,
            auth: { method: "client-credentials", clientId },
            secrets: { clientSecret }
          })
        )
    })
  })
)

const backTo = (query: Readonly<Record<string, string>>) =>
  HttpServerResponse.redirect(`/?${new URLSearchParams(query)}`, { status: 303 })

/** The page that it leads to asks what became of the attempt. */
export const oauthCallback = Effect.gen(function* () {
  const attempts = yield* Attempts
  const request = yield* HttpServerRequest.HttpServerRequest
  const answer = new URL(request.url, "http://localhost").searchParams
  const attempt = yield* attempts.take(answer, request.cookies[attemptCookie] ?? "")
  if (attempt === null) return backTo({ attempt: "unknown" })
  const { shown, draft, login } = attempt
  const ended = yield* login.finish(answer).pipe(
    Effect.flatMap((identity) => connected(draft, identity)),
    Effect.tapError(() => dropDraft(draft)),
    Effect.match({
      onSuccess: ({ id }) => ({ connection: id }),
      onFailure: (failure) => ({ error: failureReport(failure) })
    })
  )
  yield* attempts.end(shown.id, ended)
  return backTo({ attempt: shown.id })
})
