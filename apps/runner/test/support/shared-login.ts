/** A login that workers share: one of an app that replaces its refresh tokens. */
import { type Connection, connectionFiles, openSession } from "@decant/auth"
import { Duration, Effect, Redacted } from "effect"
import { answerInBrowser } from "./browser.ts"
import type { Emulator } from "./emulator.ts"

export const clientSecret = "5ECRET-of-the-app-0123456789"

type Env = Readonly<Record<string, string | undefined>>

interface OpenLogin {
  readonly folder: string
  readonly host: string
  readonly clientId: string
  readonly env: Env
}

export const openLogin = ({ folder, host, clientId, env }: OpenLogin) =>
  openSession({
    source: {
      type: "salesforce",
      environment: host,
      apiVersion: "67.0",
      auth: { method: "oauth", clientId, clientSecret: Redacted.make(clientSecret) },
      lookback: Duration.minutes(10),
      streams: [{ object: "Account" }]
    },
    folder,
    env,
    connection: "acme"
  })

const callback = "https://platform.example/callback"

/** Makes the app, logs a person in, and gives the login as `decant connect` would keep it. */
export const grantLogin = async (org: Emulator, clientId: string, rotates: boolean): Promise<Connection> => {
  await org.control("POST", "apps", {
    clientId,
    clientSecret,
    redirectUris: [callback],
    flows: ["web-server"],
    scopes: ["api", "refresh_token"],
    pkceRequired: false,
    refreshTokenRotation: rotates
  })
  const asked = new URLSearchParams({ response_type: "code", client_id: clientId, redirect_uri: callback })
  const sentTo = await answerInBrowser(org, `${org.url}/services/oauth2/authorize?${asked}`)
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uri: callback,
    code: new URL(sentTo).searchParams.get("code") ?? ""
  })
  const answer = await fetch(`${org.url}/services/oauth2/token`, { method: "POST", body: form })
  const granted = (await answer.json()) as Readonly<Record<string, string>>
  const at = new Date().toISOString()
  return {
    version: 1,
    name: "acme",
    method: "oauth",
    login: org.url,
    clientId,
    refreshToken: Redacted.make(granted.refresh_token ?? ""),
    accessToken: Redacted.make(granted.access_token ?? ""),
    instanceUrl: granted.instance_url ?? "",
    identityUrl: granted.id ?? "",
    rotates,
    refreshing: null,
    org: null,
    connectedAt: at,
    lastUsedAt: at
  }
}

/** As `decant connect` leaves it on the machine that it was run on. */
export const keepInFile = (folder: string, env: Env, connection: Connection) =>
  Effect.scoped(
    Effect.flatMap(connectionFiles({ folder, env }).hold(connection.name), ({ write }) => write(connection))
  )
