import { generateKeyPairSync } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"
import type { Auth } from "@decant/connector"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer, Logger, Redacted, References, Tracer } from "effect"
import { beginBrowserLogin, finishBrowserLogin } from "../src/connect/browser-login.ts"
import { openSession } from "../src/index.ts"
import { connectionFiles } from "../src/store/connection-files.ts"
import { inNoTime } from "./in-no-time.ts"
import { sourceWith } from "./sources.ts"
import { grant, json, type Respond, refuse, wire } from "./wire.ts"

const clientSecret = "CLIENTSECRET/0123456789+="
const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString()
const accessToken = "00D000000000001!ACCESSTOKEN.0123456789"
const refreshToken = "5Aep861REFRESHTOKEN.0123456789"
const code = "aPrxAUTHORIZATIONCODE=="
const storeKey = Buffer.alloc(32, 7).toString("base64")

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "decant-secrets-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Everything that is logged or traced, at the finest level. */
const listener = () => {
  const heard: Array<string> = []
  const logger = Logger.map(Logger.formatJson, (line) => void heard.push(line))
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      const end = span.end.bind(span)
      span.end = (time, exit) => {
        // Exporters write failures out, but no values.
        const ending = Exit.isFailure(exit) ? [Cause.pretty(exit.cause), exit] : []
        heard.push(inspect([span.name, [...span.attributes], span.events, ending], { depth: 12 }))
        end(time, exit)
      }
      return span
    }
  })
  const wiring = Layer.mergeAll(
    Logger.layer([logger]),
    Layer.succeed(References.MinimumLogLevel, "All"),
    Layer.succeed(Tracer.Tracer, tracer)
  )
  return { heard, wiring }
}

/** Answers that try to make us repeat what we sent. */
const answers: Readonly<Record<string, Respond>> = {
  "an error that repeats the request": ({ body, form }, response) =>
    refuse(response, "invalid_grant", `${decodeURIComponent(body)} ${[...form.values()].join(" ")} ${body}`),
  "an unknown error named like the request": ({ form }, response) =>
    refuse(response, [...form.values()].join(" "), [...form.values()].reverse().join(",")),
  "a page that repeats the request": ({ body }, response) =>
    response.writeHead(400).end(`<html>${body}</html>`),
  "a fault that repeats the request": ({ body }, response) => response.writeHead(500).end(body),
  "a redirect with the request in its address": ({ body }, response) =>
    response.writeHead(302, { location: `https://evil.example/?${body}` }).end(),
  "a grant for another host": (_, response, origin) =>
    json(response, 200, {
      ...grant(origin, accessToken),
      refresh_token: refreshToken,
      instance_url: `https://evil.example/${accessToken}`
    }),
  "a grant without an instance": (_, response) =>
    json(response, 200, { access_token: accessToken, refresh_token: refreshToken }),
  "an answer that is no JSON": ({ body }, response) =>
    response.writeHead(200).end(`ok ${body} ${accessToken}`),
  "a broken connection": (_, response) => response.destroy(),
  "a good grant": (_, response, origin) =>
    json(response, 200, { ...grant(origin, accessToken), refresh_token: `${refreshToken}2` })
}

const flows: Readonly<Record<string, Auth>> = {
  "client credentials": {
    method: "client-credentials",
    clientId: "3MVG9client",
    clientSecret: Redacted.make(clientSecret)
  },
  "signed login": {
    method: "jwt-bearer",
    clientId: "3MVG9client",
    username: "etl@acme.example",
    privateKey: Redacted.make(privateKey)
  },
  "refresh token": { method: "oauth", clientId: "3MVG9client", clientSecret: Redacted.make(clientSecret) },
  "authorization code": {
    method: "oauth",
    clientId: "3MVG9client",
    clientSecret: Redacted.make(clientSecret)
  },
  "access token": { method: "access-token", accessToken: Redacted.make(accessToken) }
}

const keyLine = privateKey.split("\n")[3] ?? ""
const known = [clientSecret, keyLine, accessToken, refreshToken, code, storeKey]
const secretsIn = (form: URLSearchParams): ReadonlyArray<string> =>
  ["client_secret", "assertion", "refresh_token", "code", "code_verifier", "token"].flatMap((name) => {
    const value = form.get(name)
    return value === null || value === "" ? [] : [value]
  })

const assertHidden = (secrets: ReadonlyArray<string>, texts: ReadonlyArray<string>): void => {
  for (const secret of secrets.flatMap((secret) => [secret, encodeURIComponent(secret)])) {
    for (const text of texts) assert.notInclude(text, secret)
  }
}

const filesUnder = (path: string): ReadonlyArray<string> =>
  readdirSync(path, { recursive: true })
    .map((name) => join(path, String(name)))
    .filter((name) => statSync(name).isFile())

const run = Effect.fnUntraced(function* (flow: string, auth: Auth, origin: string, path: string) {
  const env = { DECANT_KEY: storeKey }
  if (flow === "refresh token") {
    yield* connectionFiles({ folder: path, env }).write({
      version: 1,
      name: "acme",
      method: "oauth",
      login: origin,
      clientId: "3MVG9client",
      refreshToken: Redacted.make(refreshToken),
      accessToken: Redacted.make(accessToken),
      instanceUrl: origin,
      identityUrl: `${origin}/id/00D000000000001EAA/005000000000001AAA`,
      rotates: true,
      refreshing: null,
      org: null,
      connectedAt: "2026-11-21T10:00:00.000Z",
      lastUsedAt: "2026-11-21T10:00:00.000Z"
    })
  }
  if (flow === "authorization code") {
    const login = beginBrowserLogin({
      login: origin,
      client: { clientId: "3MVG9client", secret: Redacted.make(clientSecret) },
      callback: "http://localhost:4767/callback",
      scopes: ["api"]
    })
    const { token } = yield* finishBrowserLogin(
      login,
      new URLSearchParams({ code, state: Redacted.value(login.state) })
    )
    return token
  }
  const session = yield* openSession({
    source: sourceWith(origin, auth),
    folder: path,
    env,
    connection: "acme"
  })
  const token = yield* session.token
  return flow === "refresh token" ? yield* session.renew(token) : token
})

describe("no secret shows", () => {
  for (const [flow, auth] of Object.entries(flows)) {
    for (const [what, respond] of Object.entries(answers)) {
      it.effect(`${flow}: ${what}`, () =>
        Effect.gen(function* () {
          const path = yield* folder
          const { heard, wiring } = listener()
          const sent: Array<string> = []
          const { origin } = yield* wire((request, response, origin) => {
            sent.push(...secretsIn(request.form))
            if (request.method === "GET" && flow !== "access token") return json(response, 200, [])
            return respond(request, response, origin)
          })
          const exit = yield* inNoTime(
            run(flow, auth, origin, path).pipe(Effect.exit, Effect.provide(wiring))
          )
          const told = Exit.isFailure(exit)
            ? [Cause.pretty(exit.cause), inspect(exit, { depth: 12 }), JSON.stringify(exit)]
            : [inspect(exit, { depth: 12 }), JSON.stringify(exit), String(exit)]
          const seen = [...heard, ...told, ...filesUnder(path).map((file) => readFileSync(file, "utf8"))]
          assertHidden([...known, ...sent], seen)
          if (flow !== "access token") assert.isAbove(sent.length, 0)
          assert.isAbove(heard.length, 0)
        }).pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))
      )
    }
  }
})
