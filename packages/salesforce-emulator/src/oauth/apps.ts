/**
 * Connected apps and external client apps of the org: what a client may do, and what the admin has allowed. They are
 * registered with `POST /emulator/apps`; a second post of a client id replaces the first.
 */
import { createPublicKey, type KeyObject } from "node:crypto"
import { Context, Effect, Layer, Schema } from "effect"
import { FLOWS, type Flow, flowNamed } from "./flows.ts"
import { DEFAULT_SCOPES, splitScopes } from "./scopes.ts"

const Strings = Schema.Union([Schema.String, Schema.Array(Schema.String)])

/** The body of `POST /emulator/apps`. */
export const AppRequest = Schema.Struct({
  clientId: Schema.String.check(Schema.isMinLength(1)),
  name: Schema.optionalKey(Schema.String),
  clientSecret: Schema.optionalKey(Schema.NullOr(Schema.String)),
  /** PEM: a certificate or a public key. */
  certificate: Schema.optionalKey(Schema.NullOr(Schema.String)),
  redirectUris: Schema.optionalKey(Schema.Array(Schema.String)),
  flows: Schema.optionalKey(Schema.Array(Schema.String)),
  scopes: Schema.optionalKey(Strings),
  pkceRequired: Schema.optionalKey(Schema.Boolean),
  requireSecretForWebServer: Schema.optionalKey(Schema.Boolean),
  requireSecretForRefresh: Schema.optionalKey(Schema.Boolean),
  refreshTokenRotation: Schema.optionalKey(Schema.Boolean),
  permittedUsers: Schema.optionalKey(Schema.String),
  /** Usernames the admin has approved; true means all. */
  preauthorized: Schema.optionalKey(Schema.Union([Schema.Boolean, Schema.Array(Schema.String)])),
  /** The user of client credentials. */
  runAs: Schema.optionalKey(Schema.NullOr(Schema.String)),
  installed: Schema.optionalKey(Schema.Boolean),
  status: Schema.optionalKey(
    Schema.Literals(["active", "blocked", "other-org", "otherOrg", "not-found", "notFound"])
  )
})

export type AppRequest = typeof AppRequest.Type

export interface App {
  readonly clientId: string
  readonly name: string
  readonly clientSecret: string | undefined
  readonly publicKey: KeyObject | undefined
  readonly redirectUris: ReadonlyArray<string>
  readonly flows: ReadonlySet<Flow>
  readonly scopes: ReadonlyArray<string>
  readonly pkceRequired: boolean
  readonly requireSecretForWebServer: boolean
  readonly requireSecretForRefresh: boolean
  readonly refreshTokenRotation: boolean
  readonly adminApprovedOnly: boolean
  readonly preauthorized: ReadonlyArray<string> | "all"
  readonly runAs: string | undefined
  readonly installed: boolean
  readonly status: "active" | "blocked" | "other-org" | "not-found"
}

export class Apps extends Context.Service<
  Apps,
  {
    readonly register: (request: AppRequest) => Effect.Effect<App, AppRefused>
    readonly find: (clientId: string) => App | undefined
    readonly list: () => ReadonlyArray<App>
    readonly clear: () => void
  }
>()("salesforce-emulator/oauth/Apps") {
  static readonly layer = Layer.sync(Apps, () => {
    const apps = new Map<string, App>()
    return Apps.of({
      register: Effect.fnUntraced(function* (request: AppRequest) {
        const app = yield* appOf(request)
        apps.set(app.clientId, app)
        return app
      }),
      find: (clientId) => apps.get(clientId),
      list: () => [...apps.values()],
      clear: () => apps.clear()
    })
  })
}

export class AppRefused extends Schema.TaggedError<AppRefused>()("AppRefused", { message: Schema.String }) {}

const appOf = Effect.fnUntraced(function* (request: AppRequest) {
  const flows = yield* flowsOf(request)
  const publicKey = request.certificate ? yield* publicKeyOf(request.certificate) : undefined
  const secret = request.clientSecret ?? undefined
  const app: App = {
    clientId: request.clientId,
    name: request.name ?? request.clientId,
    clientSecret: secret,
    publicKey,
    redirectUris: request.redirectUris ?? [],
    flows,
    scopes: scopesOf(request.scopes),
    pkceRequired: request.pkceRequired ?? false,
    requireSecretForWebServer: request.requireSecretForWebServer ?? secret !== undefined,
    requireSecretForRefresh: request.requireSecretForRefresh ?? secret !== undefined,
    refreshTokenRotation: request.refreshTokenRotation ?? false,
    adminApprovedOnly: /admin|pre-?auth/i.test(request.permittedUsers ?? ""),
    preauthorized: preauthorizedOf(request.preauthorized),
    runAs: request.runAs ?? undefined,
    installed: request.installed ?? true,
    status: statusOf(request.status)
  }
  return app
})

const flowsOf = Effect.fnUntraced(function* (request: AppRequest) {
  const flows = new Set<Flow>()
  for (const name of request.flows ?? FLOWS) {
    const flow = flowNamed(name)
    if (flow === undefined) {
      return yield* new AppRefused({ message: `flows: "${name}" is none of ${FLOWS.join(", ")}` })
    }
    flows.add(flow)
  }
  return flows
})

const publicKeyOf = (pem: string) =>
  Effect.try({
    try: () => createPublicKey(pem.trim()),
    catch: () => new AppRefused({ message: "certificate: expected a PEM certificate or a PEM public key" })
  })

const scopesOf = (scopes: AppRequest["scopes"]): ReadonlyArray<string> =>
  scopes === undefined ? DEFAULT_SCOPES : splitScopes(typeof scopes === "string" ? scopes : scopes.join(" "))

function preauthorizedOf(value: AppRequest["preauthorized"]): App["preauthorized"] {
  if (value === true) return "all"
  return value === undefined || value === false ? [] : value.map((username) => username.toLowerCase())
}

function statusOf(status: AppRequest["status"]): App["status"] {
  if (status === "otherOrg") return "other-org"
  return status === "notFound" ? "not-found" : (status ?? "active")
}

export const isPreauthorized = (app: App, username: string): boolean =>
  app.preauthorized === "all" || app.preauthorized.includes(username.toLowerCase())
