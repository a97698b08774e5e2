/**
 * Connecting an org: one endpoint for each way to log in. A new connection's spec file is written once the login
 * works. Secrets go in and never come out: they are stored encrypted beside the spec, which refers to them.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { Connection, ConnectionId, Method, Title } from "./connections.ts"
import { FailureInfo, failures } from "./failures.ts"
import { SignedIn, WellFormed } from "./session.ts"

const Text = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(2_000))
const SecretText = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(64_000))

/** Of every way to connect. */
const where = {
  /** What to call a new connection; with `reconnect` it keeps its name. */
  title: Schema.optionalKey(Title),
  /** The connection to log in again. */
  reconnect: Schema.optionalKey(ConnectionId),
  /** production, sandbox or the org's My Domain URL. */
  environment: Text
}

export const OAuthRequest = Schema.Struct({
  ...where,
  /** Quick Connect uses the app that the server is set up with; else the org's own app. */
  app: Schema.Union([
    Schema.Struct({ kind: Schema.Literal("quick") }),
    Schema.Struct({
      kind: Schema.Literal("own"),
      clientId: Text,
      clientSecret: Schema.optionalKey(SecretText)
    })
  ])
})
export type OAuthRequest = typeof OAuthRequest.Type

export const JwtRequest = Schema.Struct({
  ...where,
  clientId: Text,
  username: Text,
  /** The private key in PEM form. */
  privateKey: SecretText,
  passphrase: Schema.optionalKey(SecretText),
  audience: Schema.optionalKey(Text)
})
export type JwtRequest = typeof JwtRequest.Type

export const ClientCredentialsRequest = Schema.Struct({ ...where, clientId: Text, clientSecret: SecretText })
export type ClientCredentialsRequest = typeof ClientCredentialsRequest.Type

/** One thing to have done in Salesforce before connecting. */
const Prerequisite = Schema.Struct({
  id: Schema.String,
  title: Schema.String,
  /** What to click. */
  how: Schema.String
})

export const ConnectOptions = Schema.Struct({
  /** Whether this server has an app for Quick Connect. */
  quickConnect: Schema.Boolean,
  /** What the app must list as its callback URL, exactly. */
  callbackUrl: Schema.String,
  methods: Schema.Array(
    Schema.Struct({
      id: Schema.Literals(["quick", "own-app", "jwt-bearer", "client-credentials"]),
      method: Method,
      title: Schema.String,
      /** When to choose it, in one sentence. */
      summary: Schema.String,
      prerequisites: Schema.Array(Prerequisite)
    })
  )
})
export type ConnectOptions = typeof ConnectOptions.Type

/**
 * A login that a person is at in the browser. After Allow or Deny, Salesforce leads back to the server, which leads
 * to `/?attempt=<id>`.
 */
export const Attempt = Schema.Struct({
  id: Schema.String,
  state: Schema.Literals(["waiting", "connected", "failed"]),
  /** Null until connected. */
  connection: Schema.NullOr(ConnectionId),
  error: Schema.NullOr(FailureInfo),
  /** What was asked for, without secrets: to fill in the dialog again after an error. */
  title: Schema.NullOr(Schema.String),
  reconnect: Schema.NullOr(ConnectionId),
  environment: Schema.String,
  app: Schema.Literals(["quick", "own"]),
  clientId: Schema.NullOr(Schema.String)
})
export type Attempt = typeof Attempt.Type

export const ConnectGroup = HttpApiGroup.make("connect")
  .add(
    HttpApiEndpoint.get("options", "/connect/options", { success: ConnectOptions }),
    /** The browser goes to `authorizeUrl` next. */
    HttpApiEndpoint.post("oauth", "/connect/oauth", {
      payload: OAuthRequest,
      success: Schema.Struct({ attempt: Schema.String, authorizeUrl: Schema.String }),
      error: failures
    }),
    HttpApiEndpoint.get("attempt", "/connect/attempts/:attempt", {
      params: { attempt: Schema.String },
      success: Attempt,
      error: failures
    }),
    HttpApiEndpoint.post("jwt", "/connect/jwt", {
      payload: JwtRequest,
      success: Connection,
      error: failures
    }),
    HttpApiEndpoint.post("clientCredentials", "/connect/client-credentials", {
      payload: ClientCredentialsRequest,
      success: Connection,
      error: failures
    })
  )
  .middleware(SignedIn)
  .middleware(WellFormed)
