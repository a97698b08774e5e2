/** The way to log in: the spec's, or the one that `--method` names, with what the spec gives for it. */
import type { Auth, SalesforceSource } from "@decant/connector"
import { Effect } from "effect"
import { RunnerError } from "../runner-error.ts"

export const methods = [
  "oauth",
  "jwt-bearer",
  "client-credentials",
  "device",
  "sf-cli",
  "access-token"
] as const satisfies ReadonlyArray<Auth["method"]>
export type Method = (typeof methods)[number]

const clientOf = (auth: Auth, env: NodeJS.ProcessEnv): string | undefined =>
  ("clientId" in auth ? auth.clientId : undefined) ?? env.DECANT_SALESFORCE_CLIENT_ID

const needed = (method: Method, key: string) =>
  RunnerError.usage(
    `The spec has no \`${key}\` that ${method} needs.`,
    `Write \`auth: { method: ${method}, … }\` into the spec; docs/connect.md shows each method.`
  )

const asDevice = (auth: Auth, env: NodeJS.ProcessEnv): Auth | RunnerError => {
  const clientId = clientOf(auth, env)
  if (clientId === undefined) return needed("device", "clientId")
  const scopes = "scopes" in auth && auth.scopes !== undefined ? { scopes: auth.scopes } : {}
  return { method: "device", clientId, ...scopes }
}

const asOAuth = (auth: Auth): Auth => ({
  method: "oauth",
  ...("clientId" in auth && auth.clientId !== undefined ? { clientId: auth.clientId } : {}),
  ...("clientSecret" in auth && auth.clientSecret !== undefined ? { clientSecret: auth.clientSecret } : {})
})

/** What another method's block lacks cannot be made up. */
const asMethod = (method: Method, auth: Auth, env: NodeJS.ProcessEnv): Auth | RunnerError => {
  switch (method) {
    case "oauth":
      return asOAuth(auth)
    case "device":
      return asDevice(auth, env)
    case "sf-cli":
      return { method, ...("username" in auth && auth.username ? { username: auth.username } : {}) }
    case "jwt-bearer":
      return needed(method, "privateKey")
    case "client-credentials":
      return needed(method, "clientSecret")
    case "access-token":
      return needed(method, "accessToken")
  }
}

export const chosenAuth = (
  source: SalesforceSource,
  method: Method | null,
  env: NodeJS.ProcessEnv
): Effect.Effect<Auth, RunnerError> => {
  if (method === null || method === source.auth.method) return Effect.succeed(source.auth)
  const chosen = asMethod(method, source.auth, env)
  return chosen instanceof RunnerError ? Effect.fail(chosen) : Effect.succeed(chosen)
}
