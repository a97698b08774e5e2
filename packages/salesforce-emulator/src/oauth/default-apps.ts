/**
 * The four apps every emulator starts with, one for each kind of client, as its ready line prints them. The private
 * key of the JWT app lies in a file that only the owner can read.
 */
import { createHash, createPublicKey } from "node:crypto"
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Context, Effect, Layer } from "effect"
import { Org } from "../org/org.ts"
import { type AppRequest, Apps } from "./apps.ts"
import { Directory } from "./directory.ts"
import { signingKey } from "./signing-key.ts"

/** The `apps` of the ready line. */
export interface DefaultAppLines {
  readonly web: {
    readonly clientId: string
    readonly clientSecret: string
    readonly redirectUris: ReadonlyArray<string>
  }
  readonly public: { readonly clientId: string; readonly redirectUris: ReadonlyArray<string> }
  readonly jwt: { readonly clientId: string; readonly privateKeyFile: string }
  readonly clientCredentials: { readonly clientId: string; readonly clientSecret: string }
}

const WEB_REDIRECTS = [
  "http://localhost:1717/OauthRedirect",
  "http://localhost:8484/oauth/callback",
  "http://127.0.0.1:8484/oauth/callback"
]
const CLI_REDIRECTS = ["http://localhost:1717/OauthRedirect"]

export class DefaultApps extends Context.Service<
  DefaultApps,
  {
    readonly lines: DefaultAppLines
    /** Forgets all apps but these four, in their first state. */
    readonly reset: Effect.Effect<void>
  }
>()("salesforce-emulator/oauth/DefaultApps") {
  static readonly layer = Layer.effect(
    DefaultApps,
    Effect.gen(function* () {
      const apps = yield* Apps
      const { adminUsername } = yield* Directory
      const privateKeyFile = join((yield* Org).folder, "keys", "jwt-app.key")
      const certificate = yield* Effect.promise(() => writeKey(privateKeyFile))
      const requests = defaultRequests(adminUsername, certificate)
      const reset = Effect.gen(function* () {
        apps.clear()
        for (const request of requests) yield* Effect.orDie(apps.register(request))
      })
      yield* reset
      return DefaultApps.of({
        reset,
        lines: {
          web: { clientId: WEB, clientSecret: secretOf(WEB), redirectUris: WEB_REDIRECTS },
          public: { clientId: CLI, redirectUris: CLI_REDIRECTS },
          jwt: { clientId: JWT, privateKeyFile },
          clientCredentials: { clientId: CREDENTIALS, clientSecret: secretOf(CREDENTIALS) }
        }
      })
    })
  )
}

/** Consumer keys have this shape in an org: a fixed head and then letters, digits, dots and underscores. */
const keyOf = (name: string): string =>
  `3MVG9${createHash("sha512").update(`emulated app ${name}`).digest("base64url").replaceAll("-", ".").slice(0, 80)}`

const secretOf = (clientId: string): string =>
  createHash("sha256").update(`secret of ${clientId}`).digest("hex").toUpperCase()

const WEB = keyOf("web")
const CLI = "PlatformCLI"
const JWT = keyOf("jwt")
const CREDENTIALS = keyOf("client credentials")

function defaultRequests(admin: string, certificate: string): ReadonlyArray<AppRequest> {
  return [
    {
      clientId: WEB,
      name: "Emulated Web App",
      clientSecret: secretOf(WEB),
      redirectUris: WEB_REDIRECTS,
      flows: ["web-server", "user-agent", "device", "code-credentials", "username-password"]
    },
    {
      clientId: CLI,
      name: "Salesforce CLI",
      redirectUris: CLI_REDIRECTS,
      flows: ["web-server", "device"],
      requireSecretForWebServer: false,
      requireSecretForRefresh: false
    },
    {
      clientId: JWT,
      name: "Emulated JWT App",
      certificate,
      redirectUris: CLI_REDIRECTS,
      flows: ["jwt-bearer", "web-server"],
      permittedUsers: "admin-approved",
      preauthorized: true
    },
    {
      clientId: CREDENTIALS,
      name: "Emulated Integration App",
      clientSecret: secretOf(CREDENTIALS),
      flows: ["client-credentials"],
      scopes: ["api", "id"],
      runAs: admin
    }
  ]
}

async function writeKey(privateKeyFile: string): Promise<string> {
  const privateKey = await signingKey()
  await mkdir(dirname(privateKeyFile), { recursive: true, mode: 0o700 })
  await writeFile(privateKeyFile, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 })
  return createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString()
}
