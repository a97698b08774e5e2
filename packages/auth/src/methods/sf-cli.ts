/**
 * The login that the Salesforce CLI already has. Since May 2026 `sf org display` shows no token and
 * `sf org auth show-access-token` does; older ones have only the former, which also renews the token.
 * https://developer.salesforce.com/docs/atlas.en-us.sfdx_cli_reference.meta/sfdx_cli_reference/cli_reference_org_commands_unified.htm
 */
import { execFile } from "node:child_process"
import { Effect, Schema } from "effect"
import { AuthError } from "../auth-error.ts"
import { trustedOrigin } from "../login-host.ts"
import type { Login, MethodOf } from "../method.ts"
import { isObject, jsonOf } from "../oauth-http.ts"
import { identityUrlOf } from "../org-identity.ts"
import { quoteAnswer } from "../recognise.ts"
import type { SpecPlace } from "../secret-text.ts"
import { errorCode } from "../store/durable-file.ts"
import { secretOf } from "../token.ts"

const command = "sf"
const timeLimitMillis = 60_000
const tokenShape = /^00D[A-Za-z0-9]{12,15}!/

const Display = Schema.Struct({
  instanceUrl: Schema.String,
  accessToken: Schema.optionalKey(Schema.NullOr(Schema.String))
})
const Shown = Schema.Struct({ accessToken: Schema.String })

const failed = (detail: string) => AuthError.because("AUTH_SF_FAILED", { detail })

interface Ran {
  readonly error: unknown
  readonly output: string
}

const run = (args: ReadonlyArray<string>, env: SpecPlace["env"]): Effect.Effect<Ran> =>
  Effect.callback((resume) => {
    const child = execFile(
      command,
      [...args, "--json"],
      { env: { ...env, NO_COLOR: "1", FORCE_COLOR: "0" }, timeout: timeLimitMillis, maxBuffer: 4 << 20 },
      (error, output) => resume(Effect.succeed({ error, output }))
    )
    return Effect.sync(() => child.kill())
  })

/** The `result` of an sf command; its own words where it refuses. */
const sf = Effect.fnUntraced(function* (args: ReadonlyArray<string>, env: SpecPlace["env"]) {
  const { error, output } = yield* run(args, env)
  if (errorCode(error) === "ENOENT") return yield* AuthError.because("AUTH_SF_MISSING")
  const answer = jsonOf(output)
  if (isObject(answer) && answer.status === 0) return answer.result
  const message =
    isObject(answer) && typeof answer.message === "string" ? answer.message : "it gave no answer"
  return yield* failed(quoteAnswer(message).replace(/\.$/, ""))
})

const decode = <A, I>(schema: Schema.Codec<A, I>, result: unknown) =>
  Schema.decodeUnknownEffect(schema)(result).pipe(
    Effect.mapError(() => failed("its answer names no org and token"))
  )

export const sfCli: MethodOf<"sf-cli"> = (auth, place) => {
  const target = auth.username === undefined ? [] : ["--target-org", auth.username]
  const login: Login = Effect.fnUntraced(function* () {
    const display = yield* decode(Display, yield* sf(["org", "display", ...target], place.env))
    const instanceUrl = trustedOrigin(display.instanceUrl, place.login)
    if (instanceUrl === null) {
      return yield* AuthError.because("AUTH_UNTRUSTED_HOST", { detail: quoteAnswer(display.instanceUrl) })
    }
    const shown = tokenShape.test(display.accessToken ?? "")
      ? { accessToken: display.accessToken ?? "" }
      : yield* decode(Shown, yield* sf(["org", "auth", "show-access-token", ...target], place.env))
    if (!tokenShape.test(shown.accessToken)) return yield* failed("it shows no access token")
    const accessToken = secretOf(shown.accessToken, "access token")
    const identityUrl = yield* identityUrlOf({ accessToken, instanceUrl })
    return { accessToken, instanceUrl, identityUrl }
  })
  return Effect.succeed(login)
}
