import { generateKeyPairSync } from "node:crypto"
import { readFileSync } from "node:fs"
import type { Auth } from "@decant/connector"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import type { ErrorCode } from "../src/error-catalogue.ts"
import { openSession } from "../src/index.ts"
import { control, type Emulator, emulator } from "./emulator.ts"
import { sourceWith } from "./sources.ts"

class Org extends Context.Service<Org, Emulator>()("test/Org") {
  static readonly layer = Layer.effect(Org, emulator)
}

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 })
const privateKey = Redacted.make(keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString())
const certificate = keys.publicKey.export({ type: "spki", format: "pem" }).toString()
const clientSecret = "secret-of-the-refused-app"

interface Refusal {
  readonly code: ErrorCode
  /** What the operator must read in the fix. */
  readonly fix: string
  readonly method: "jwt-bearer" | "client-credentials"
  readonly app?: object
  readonly switches?: object
  readonly auth?: object
}

const jwt = "jwt-bearer" as const
const credentials = "client-credentials" as const

const refusals: Readonly<Record<string, Refusal>> = {
  "an unknown client id": {
    code: "AUTH_UNKNOWN_CLIENT",
    fix: "ten minutes",
    method: credentials,
    auth: { clientId: "3MVG9nobody" }
  },
  "a flow that is switched off": {
    code: "AUTH_FLOW_DISABLED",
    fix: "Flow Enablement",
    method: credentials,
    app: { flows: ["web-server"] }
  },
  "no user to run as": {
    code: "AUTH_NO_RUN_AS_USER",
    fix: "Run As",
    method: credentials,
    app: { runAs: null }
  },
  "a host that is not the My Domain": {
    code: "AUTH_MY_DOMAIN_NEEDED",
    fix: "My Domain",
    method: credentials,
    switches: { loopbackIsMyDomain: false }
  },
  "an app that is not installed": {
    code: "AUTH_APP_NOT_INSTALLED",
    fix: "Approve Uninstalled Connected Apps",
    method: credentials,
    app: { installed: false }
  },
  "a blocked app": {
    code: "AUTH_APP_BLOCKED",
    fix: "Unblock",
    method: credentials,
    app: { status: "blocked" }
  },
  "an app of another org": {
    code: "AUTH_APP_OTHER_ORG",
    fix: "made in this org",
    method: jwt,
    app: { status: "other-org" }
  },
  "an app that is nowhere": {
    code: "AUTH_APP_NOT_FOUND",
    fix: "My Domain",
    method: jwt,
    app: { status: "not-found" }
  },
  "another key than the certificate's": {
    code: "AUTH_KEY_MISMATCH",
    fix: "modulus",
    method: jwt,
    auth: {
      privateKey: Redacted.make(
        generateKeyPairSync("rsa", { modulusLength: 2048 })
          .privateKey.export({ type: "pkcs8", format: "pem" })
          .toString()
      )
    }
  },
  "a wrong audience": {
    code: "AUTH_AUDIENCE",
    fix: "audience:",
    method: jwt,
    auth: { audience: "https://elsewhere.example" }
  },
  "a user who is not pre-authorised": {
    code: "AUTH_USER_NOT_PREAUTHORIZED",
    fix: "Permitted Users",
    method: jwt,
    app: { preauthorized: false }
  },
  "a user who is not approved by the admin": {
    code: "AUTH_USER_NOT_APPROVED",
    fix: "permission set",
    method: jwt,
    app: { permittedUsers: "admin-approved", preauthorized: false }
  },
  "a forbidden network": {
    code: "AUTH_IP_RESTRICTED",
    fix: "Login IP Ranges",
    method: jwt,
    switches: { refuseLogins: "ipRestricted" }
  },
  "a locked org": {
    code: "AUTH_ORG_INACTIVE",
    fix: "sandbox",
    method: credentials,
    switches: { refuseLogins: "inactiveOrg" }
  }
}

const ordinary = { loopbackIsMyDomain: true, refuseLogins: "none" }

layer(Layer.merge(Org.layer, NodeHttpClient.layerUndici), { excludeTestServices: true })(
  "the emulator refuses",
  (it) => {
    for (const [what, refusal] of Object.entries(refusals)) {
      it.effect(`${what}: ${refusal.code}, with what to click`, () =>
        Effect.gen(function* () {
          const org = yield* Org
          yield* control(org, "apps", {
            clientId: "refused",
            clientSecret,
            certificate,
            flows: ["jwt-bearer", "client-credentials"],
            scopes: ["api", "refresh_token"],
            runAs: org.username,
            preauthorized: true,
            ...refusal.app
          })
          yield* control(org, "switches", { ...ordinary, ...refusal.switches })
          const auth = {
            method: refusal.method,
            clientId: "refused",
            ...(refusal.method === jwt
              ? { username: org.username, privateKey }
              : { clientSecret: Redacted.make(clientSecret) }),
            ...refusal.auth
          } as Auth
          const session = yield* openSession({ source: sourceWith(org.url, auth), folder: "/", env: {} })
          const error = yield* Effect.flip(session.token)
          assert.strictEqual(error.code, refusal.code)
          assert.include(error.fix, refusal.fix)
          assert.isFalse(error.retryable)
          assert.include(
            readFileSync(`${import.meta.dirname}/../../../docs/errors.md`, "utf8"),
            `### ${error.code}\n`
          )
        })
      )
    }
  }
)
