/** `decant connect` itself: log in as the spec says, then show org, environment, user and method. */
import { certificateStates, environmentDoubt, environmentName, type OrgIdentity } from "@decant/auth"
import type { Auth } from "@decant/connector"
import { Clock, Effect } from "effect"
import type { SpecFile } from "../spec-file.ts"
import type { Screen } from "../terminal/screen.ts"
import { chosenAuth, type Method } from "./chosen-auth.ts"
import { keepsLogin } from "./keeps-login.ts"
import { keepKnownOrg, knownOrg } from "./known-org.ts"
import { logIn } from "./log-in.ts"

export interface ConnectOrg {
  readonly specFile: SpecFile
  readonly method: Method | null
  readonly browser: boolean
  readonly screen: Screen
  /** Whether the login is kept in the cluster's database. */
  readonly shared: boolean
}

const warnedDays = 30

const certificateWarnings = Effect.fnUntraced(function* (auth: Auth, { spec, folder }: SpecFile) {
  if (auth.method !== "jwt-bearer") return []
  const states = yield* certificateStates(auth, { source: spec.source, folder })
  return states
    .filter(({ daysLeft }) => daysLeft < warnedDays)
    .map(
      ({ key, expires, daysLeft }) =>
        `The certificate of the private key ${key} ${daysLeft < 0 ? "expired" : "expires"} on ${expires.toISOString().slice(0, 10)}: \`decant connect --generate-key\` makes a new pair.`
    )
})

const otherMethod = (used: Auth, { spec, file }: SpecFile): ReadonlyArray<string> =>
  used.method === spec.source.auth.method || (keepsLogin(used) && keepsLogin(spec.source.auth))
    ? []
    : [`This was a try of ${used.method}: \`auth.method\` in ${file} is still ${spec.source.auth.method}.`]

const answerText = (of: {
  readonly identity: OrgIdentity
  readonly auth: Auth
  readonly specFile: SpecFile
  readonly shared: boolean
}): string => {
  const { identity, auth, specFile, shared } = of
  const place = shared ? "the cluster's database" : `.decant/connections/${specFile.spec.name}.jwe`
  const kept = keepsLogin(auth)
    ? `encrypted in ${place}`
    : "nothing to store: the secret stays where the spec names it"
  return [
    `Connected to ${identity.orgName}.`,
    "",
    `  org          ${identity.orgId}`,
    `  environment  ${environmentName(identity.isSandbox)}`,
    `  user         ${identity.userName}`,
    `  method       ${auth.method}`,
    `  login        ${kept}`,
    "",
    `Next: \`decant check ${specFile.file}\` says what the user can read.`
  ].join("\n")
}

export const connectOrg = Effect.fnUntraced(function* (of: ConnectOrg) {
  const { specFile, method, browser, screen, shared } = of
  const { spec, folder } = specFile
  const auth = yield* chosenAuth(spec.source, method, process.env)
  const session = { source: { ...spec.source, auth }, folder, connection: spec.name }
  const identity = yield* logIn({ auth, of: session, screen, browser })
  if (!keepsLogin(auth) && auth.method === spec.source.auth.method) {
    const now = new Date(yield* Clock.currentTimeMillis).toISOString()
    yield* keepKnownOrg({ folder, name: spec.name }, knownOrg(identity, identity.isSandbox, now))
  }
  const doubt = environmentDoubt(spec.source.environment, identity.isSandbox)
  const warnings = [
    ...(doubt === null ? [] : [`${doubt.message} ${doubt.fix}`]),
    ...(yield* certificateWarnings(auth, specFile)),
    ...otherMethod(auth, specFile)
  ]
  for (const warning of warnings) yield* screen.note(`Warning: ${warning}`)
  if (screen.json) {
    const answer = {
      org: { id: identity.orgId, name: identity.orgName },
      environment: environmentName(identity.isSandbox),
      user: identity.userName,
      method: auth.method,
      connection: keepsLogin(auth) ? spec.name : null,
      warnings
    }
    return yield* screen.answer(JSON.stringify(answer))
  }
  yield* screen.answer(answerText({ identity, auth, specFile, shared }))
})
