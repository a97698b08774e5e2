import { createPublicKey, X509Certificate } from "node:crypto"
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Auth } from "@decant/connector"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted, Result } from "effect"
import { TestClock } from "effect/testing"
import {
  certificateStates,
  connectByDevice,
  disconnect,
  generateKey,
  listConnections,
  openSession,
  readOrgIdentity,
  renameConnection
} from "../src/index.ts"
import { confirmDevice, control, type Emulator, emulator, requestsTo } from "./emulator.ts"
import { sourceWith } from "./sources.ts"

class Org extends Context.Service<Org, Emulator>()("test/Org") {
  static readonly layer = Layer.effect(Org, emulator)
}

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "decant-methods-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const specOf = Effect.fnUntraced(function* (auth: Auth, env: Readonly<Record<string, string>> = {}) {
  const { url } = yield* Org
  const path = yield* folder
  return {
    source: sourceWith(url, auth),
    folder: path,
    env: { DECANT_HOME: join(path, "home"), ...env },
    connection: "acme"
  }
})

/** Logs in and asks the org whose token it is. */
const whoAmI = Effect.fnUntraced(function* (auth: Auth, env: Readonly<Record<string, string>> = {}) {
  const session = yield* openSession(yield* specOf(auth, env))
  return yield* readOrgIdentity(yield* session.token, "67.0")
})

layer(Layer.merge(Org.layer, NodeHttpClient.layerUndici), { excludeTestServices: true })(
  "against the emulator",
  (it) => {
    it.effect("client credentials log in as the app's user", () =>
      Effect.gen(function* () {
        const { apps, username, orgId } = yield* Org
        const { clientId, clientSecret } = apps.clientCredentials
        const identity = yield* whoAmI({
          method: "client-credentials",
          clientId,
          clientSecret: Redacted.make(clientSecret)
        })
        assert.strictEqual(identity.userName, username)
        assert.strictEqual(identity.orgId, orgId)
      }).pipe(Effect.scoped)
    )

    it.effect("client credentials with a wrong secret are refused with what to do", () =>
      Effect.gen(function* () {
        const { apps } = yield* Org
        const error = yield* Effect.flip(
          whoAmI({
            method: "client-credentials",
            clientId: apps.clientCredentials.clientId,
            clientSecret: Redacted.make("wrong-secret-wrong-secret")
          })
        )
        assert.strictEqual(error.code, "AUTH_INVALID_CLIENT")
        assert.strictEqual(error.disposition, "credentials")
        assert.include(error.fix, "Consumer Key and Secret")
      }).pipe(Effect.scoped)
    )

    it.effect("a signed login is verified by the app's certificate", () =>
      Effect.gen(function* () {
        const { apps, username } = yield* Org
        const identity = yield* whoAmI({
          method: "jwt-bearer",
          clientId: apps.jwt.clientId,
          username,
          privateKey: { file: apps.jwt.privateKeyFile }
        })
        assert.strictEqual(identity.userName, username)
      }).pipe(Effect.scoped)
    )

    it.effect("a generated key and certificate log in, beside an older key during rotation", () =>
      Effect.gen(function* () {
        const { username } = yield* Org
        const org = yield* Org
        const spec = yield* specOf({ method: "sf-cli" })
        const old = yield* generateKey({ folder: spec.folder, name: "old", days: 30 })
        const made = yield* generateKey({ folder: spec.folder, name: "server", days: 730 })
        assert.strictEqual(statSync(made.keyFile).mode & 0o777, 0o600)
        const certificate = new X509Certificate(readFileSync(made.certificateFile))
        assert.strictEqual(certificate.subject, "CN=Decant server")
        assert.isTrue(certificate.verify(certificate.publicKey))
        assert.isTrue(certificate.publicKey.equals(createPublicKey(readFileSync(made.keyFile, "utf8"))))
        yield* control(org, "apps", {
          clientId: "generated",
          certificate: readFileSync(made.certificateFile, "utf8"),
          flows: ["jwt-bearer"],
          preauthorized: true
        })
        const auth = {
          method: "jwt-bearer",
          clientId: "generated",
          username,
          privateKey: [{ file: old.keyFile }, { file: made.keyFile }]
        } as const
        yield* whoAmI(auth)
        const states = yield* certificateStates(auth, spec)
        assert.deepStrictEqual(
          states.map(({ daysLeft }) => daysLeft),
          [29, 729]
        )
        const again = yield* Effect.flip(generateKey({ folder: spec.folder, name: "server", days: 1 }))
        assert.strictEqual(again.code, "AUTH_KEY_WRITE")
      }).pipe(Effect.scoped)
    )

    it.effect("a key whose certificate has expired is said to be that", () =>
      Effect.gen(function* () {
        const { username } = yield* Org
        const org = yield* Org
        const spec = yield* specOf({ method: "sf-cli" })
        const made = yield* generateKey({ folder: spec.folder, name: "server", days: -1 })
        const other = yield* generateKey({ folder: spec.folder, name: "other", days: 1 })
        yield* control(org, "apps", {
          clientId: "expired",
          certificate: readFileSync(other.certificateFile, "utf8"),
          flows: ["jwt-bearer"],
          preauthorized: true
        })
        const error = yield* Effect.flip(
          whoAmI({
            method: "jwt-bearer",
            clientId: "expired",
            username,
            privateKey: { file: made.keyFile }
          })
        )
        assert.strictEqual(error.code, "AUTH_CERTIFICATE_EXPIRED")
      }).pipe(Effect.scoped)
    )

    it.effect("an access token works until it ends, and then says that it cannot be renewed", () =>
      Effect.gen(function* () {
        const { apps, url, username } = yield* Org
        const org = yield* Org
        const { clientId, clientSecret } = apps.clientCredentials
        const donor = yield* openSession(
          yield* specOf({ method: "client-credentials", clientId, clientSecret: Redacted.make(clientSecret) })
        )
        const text = Redacted.value((yield* donor.token).accessToken)
        const auth: Auth = { method: "access-token", accessToken: { env: "TOKEN" } }
        const spec = yield* specOf(auth, { TOKEN: text })
        const session = yield* openSession(spec)
        const token = yield* session.token
        assert.strictEqual(token.instanceUrl, url)
        assert.strictEqual((yield* readOrgIdentity(token, "67.0")).userName, username)
        yield* control(org, "tokens", { expire: text })
        assert.strictEqual((yield* Effect.flip(session.renew(token))).code, "AUTH_TOKEN_EXPIRED")
        const late = yield* Effect.flip(Effect.flatMap(openSession(spec), ({ token }) => token))
        assert.strictEqual(late.code, "AUTH_TOKEN_EXPIRED")
        const shared = yield* Effect.flip(openSession({ ...spec, source: sourceWith("production", auth) }))
        assert.strictEqual(shared.code, "AUTH_INSTANCE_NEEDED")
      }).pipe(Effect.scoped)
    )

    it.effect("a device is connected once its code is typed, and asked about no faster than allowed", () =>
      Effect.gen(function* () {
        const org = yield* Org
        yield* control(org, "switches", { deviceIntervalSeconds: 1 })
        yield* control(org, "apps", {
          clientId: "device",
          flows: ["device"],
          scopes: ["api", "refresh_token"]
        })
        const auth = { method: "device", clientId: "device" } as const
        const spec = yield* specOf(auth)
        const login = yield* connectByDevice(auth, spec)
        assert.strictEqual(login.verificationUrl, `${org.url}/setup/connect`)
        const finished = yield* Effect.forkChild(login.finished)
        yield* Effect.sleep("1200 millis")
        yield* confirmDevice(org, login.userCode)
        const identity = yield* Fiber.join(finished)
        assert.strictEqual(identity.userName, org.username)
        const session = yield* openSession(spec)
        yield* session.renew(yield* session.token)
      }).pipe(Effect.scoped)
    )

    it.effect("a device that is refused, or whose app is not installed, says so", () =>
      Effect.gen(function* () {
        const org = yield* Org
        yield* control(org, "switches", { deviceIntervalSeconds: 1 })
        const auth = { method: "device", clientId: "device-2" } as const
        const app = { clientId: "device-2", flows: ["device"], scopes: ["api", "refresh_token"] }
        yield* control(org, "apps", app)
        const spec = yield* specOf(auth)
        const login = yield* connectByDevice(auth, spec)
        yield* confirmDevice(org, login.userCode, "deny")
        assert.strictEqual((yield* Effect.flip(login.finished)).code, "AUTH_DENIED")
        yield* control(org, "apps", { ...app, installed: false })
        const error = yield* Effect.flip(connectByDevice(auth, spec))
        assert.strictEqual(error.code, "AUTH_APP_NOT_INSTALLED")
      }).pipe(Effect.scoped)
    )

    it.effect("stored logins are listed without secrets, renamed, and ended at Salesforce", () =>
      Effect.gen(function* () {
        const org = yield* Org
        yield* control(org, "switches", { deviceIntervalSeconds: 1 })
        yield* control(org, "apps", {
          clientId: "device-3",
          flows: ["device"],
          scopes: ["api", "refresh_token"]
        })
        const auth = { method: "device", clientId: "device-3" } as const
        const spec = yield* specOf(auth)
        const login = yield* connectByDevice(auth, spec)
        yield* confirmDevice(org, login.userCode)
        yield* login.finished
        const [listed] = yield* listConnections(spec)
        assert(listed !== undefined && Result.isSuccess(listed.connection))
        const record = listed.connection.success
        assert.strictEqual(record.org?.id, org.orgId)
        assert.strictEqual(record.org?.userName, org.username)
        assert.notProperty(record, "refreshToken")
        assert.notProperty(record, "accessToken")

        yield* renameConnection(spec, "acme", "beta")
        assert.strictEqual((yield* Effect.flip(openSession(spec))).code, "AUTH_NOT_CONNECTED")
        const session = yield* openSession({ ...spec, connection: "beta" })
        const token = yield* session.token

        yield* disconnect(spec, "beta")
        assert.deepStrictEqual(yield* listConnections(spec), [])
        assert.strictEqual(yield* requestsTo(org, "/services/oauth2/revoke"), 1)
        const gone = yield* Effect.flip(readOrgIdentity(token, "67.0"))
        assert.strictEqual(gone.code, "API_SESSION_INVALID")
      }).pipe(Effect.scoped)
    )

    const sfScript = (org: Emulator, token: string, redacts: boolean): string => `#!/bin/sh
case "$*" in
  *"org auth show-access-token"*"--json"*) echo '{"status":0,"result":{"accessToken":"${token}"}}' ;;
  *"org display"*"--target-org nobody"*"--json"*) echo '{"status":1,"name":"NamedOrgNotFoundError","message":"No authorization information found for nobody."}'; exit 1 ;;
  *"org display"*"--json"*) echo '{"status":0,"result":{"accessToken":"${redacts ? "[REDACTED] Use show-access-token to view" : token}","instanceUrl":"${org.url}","username":"${org.username}"}}' ;;
esac
`

    for (const redacts of [true, false]) {
      it.effect(
        `the Salesforce CLI's login is used, ${redacts ? "as it is" : "as it was before it hid tokens"}`,
        () =>
          Effect.gen(function* () {
            const org = yield* Org
            const { clientId, clientSecret } = org.apps.clientCredentials
            const donor = yield* openSession(
              yield* specOf({
                method: "client-credentials",
                clientId,
                clientSecret: Redacted.make(clientSecret)
              })
            )
            const token = Redacted.value((yield* donor.token).accessToken)
            const bin = yield* folder
            writeFileSync(join(bin, "sf"), sfScript(org, token, redacts))
            chmodSync(join(bin, "sf"), 0o755)
            const env = { PATH: `${bin}:/usr/bin:/bin` }
            const identity = yield* whoAmI({ method: "sf-cli" }, env)
            assert.strictEqual(identity.userName, org.username)
            const error = yield* Effect.flip(whoAmI({ method: "sf-cli", username: "nobody" }, env))
            assert.strictEqual(error.code, "AUTH_SF_FAILED")
            assert.include(error.message, "No authorization information found for nobody")
          }).pipe(Effect.scoped)
      )
    }

    it.effect("a missing Salesforce CLI is said to be missing", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(whoAmI({ method: "sf-cli" }, { PATH: yield* folder }))
        assert.strictEqual(error.code, "AUTH_SF_MISSING")
      }).pipe(Effect.scoped)
    )
  }
)

describe("a certificate", () => {
  it.effect("begins and ends by the clock of the machine that makes it", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 21))
      const { expires, certificateFile } = yield* generateKey({ folder: yield* folder, name: "k", days: 365 })
      assert.strictEqual(expires.toISOString(), "2027-11-21T00:00:00.000Z")
      const { validFromDate, validToDate } = new X509Certificate(readFileSync(certificateFile))
      assert.deepStrictEqual([validFromDate, validToDate], [new Date("2026-11-21T00:00:00Z"), expires])
    }).pipe(Effect.scoped)
  )
})
