/** `decant connect` by every method, as a person runs it, and then a green `decant check`. */
import { existsSync } from "node:fs"
import { chmod, copyFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it, vi } from "@effect/vitest"
import { answerInBrowser, confirmDevice } from "./support/browser.ts"
import { holdCallbackPort } from "./support/callback-port.ts"
import { type Ended, openWarmWorkspace, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

const callback = "http://localhost:4767/callback"

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
})
afterAll(() => org?.stop())
beforeEach(async () => {
  workspace = await openWarmWorkspace({ ...org.env })
})
afterEach(() => workspace.remove())

const writeSpec = (auth: string, environment = org.url): Promise<void> =>
  writeFile(
    workspace.path("decant.yaml"),
    `version: 1
name: acme
source:
  type: salesforce
  environment: ${environment}
  auth: ${auth}
  streams:
    - object: Account
    - object: User
destination: { type: duckdb, path: ./acme.duckdb }
`
  )

const app = (clientId: string, more: object) =>
  org.control("POST", "apps", {
    clientId,
    redirectUris: [callback],
    scopes: ["api", "refresh_token", "id"],
    ...more
  })

const home = () => ({ DECANT_HOME: workspace.path("home") })

/** Starts the command and hands what it says on stderr to `person` as soon as it matches. */
const whileItWaits = async (
  args: ReadonlyArray<string>,
  said: RegExp,
  person: (match: RegExpExecArray) => Promise<unknown>,
  env: Readonly<Record<string, string>> = {}
): Promise<Ended> => {
  const { child, ended } = workspace.start(args, { ...home(), ...env })
  let heard = ""
  let acted: Promise<unknown> | null = null
  child.stderr?.on("data", (chunk) => {
    heard += chunk
    const match = said.exec(heard)
    if (match !== null && acted === null) acted = person(match)
  })
  const result = await ended
  assert.isNotNull(acted, `it never said ${said}:\n${heard}`)
  await acted
  return result
}

const connectByBrowser = async (
  args: ReadonlyArray<string> = [],
  env: Readonly<Record<string, string>> = {}
): Promise<Ended> => {
  const release = await holdCallbackPort()
  return whileItWaits(
    ["connect", "--no-browser", ...args],
    /^ {2}(http\S+)\n/m,
    async ([, url]) => {
      const back = await answerInBrowser(org, url ?? "")
      assert.isTrue(back.startsWith(`${callback}?`), back)
      assert.strictEqual((await fetch(back)).status, 200)
    },
    env
  ).finally(release)
}

const isGreen = async (): Promise<void> => {
  const ended = await workspace.run(["check", "--json"], home())
  const { status, checks } = JSON.parse(ended.stdout)
  assert.strictEqual(status, "ok", JSON.stringify(checks, null, 1))
  assert.strictEqual(ended.code, 0)
}

const showsTheOrg = (ended: Ended, method: string): void => {
  assert.strictEqual(ended.code, 0, ended.stderr)
  assert.match(ended.stdout, new RegExp(`^ {2}org +${org.orgId}$`, "m"))
  assert.match(ended.stdout, /^ {2}environment +production$/m)
  assert.match(ended.stdout, new RegExp(`^ {2}user +${org.username.replaceAll(".", "\\.")}$`, "m"))
  assert.match(ended.stdout, new RegExp(`^ {2}method +${method}$`, "m"))
}

describe("one command connects, and check is green:", () => {
  it("an app of one's own, in the browser", async () => {
    await app("own-app", { clientSecret: "own-secret-0123456789", flows: ["web-server"], pkceRequired: true })
    await writeSpec(`{ method: oauth, clientId: own-app, clientSecret: "\${APP_SECRET}" }`)
    const env = { APP_SECRET: "own-secret-0123456789" }
    const ended = await connectByBrowser(["--log-level", "trace"], env)
    showsTheOrg(ended, "oauth")
    assert.notMatch(ended.stdout + ended.stderr, /00D\w{12,15}!|5Aep|code_verifier|[?&]code=/)
    assert.include(ended.stderr, `must be exactly: ${callback}\n`)
    assert.notInclude(ended.stdout + ended.stderr, env.APP_SECRET)
    const file = workspace.path(".decant/connections/acme.jwe")
    assert.strictEqual((await stat(file)).mode & 0o777, 0o600)
    assert.match(await readFile(file, "utf8"), /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const checked = await workspace.run(["check", "--json"], { ...home(), ...env })
    assert.strictEqual(JSON.parse(checked.stdout).status, "ok", checked.stdout)
  })

  it("Quick Connect, with the client id of the distribution and tokens that rotate", async () => {
    await app("quick", {
      clientSecret: null,
      flows: ["web-server"],
      pkceRequired: true,
      refreshTokenRotation: true
    })
    await writeSpec("{ method: oauth }")
    const env = { DECANT_SALESFORCE_CLIENT_ID: "quick" }
    const ended = await connectByBrowser(["--json"], env)
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.deepStrictEqual(JSON.parse(ended.stdout), {
      org: { id: org.orgId, name: JSON.parse(ended.stdout).org.name },
      environment: "production",
      user: org.username,
      method: "oauth",
      connection: "acme",
      warnings: []
    })
    const checked = await workspace.run(["check", "--json"], { ...home(), ...env })
    assert.strictEqual(JSON.parse(checked.stdout).status, "ok", checked.stdout)
  })

  it("in the browser that it opens where there is one", async () => {
    await app("opened", { clientSecret: null, flows: ["web-server"] })
    await writeSpec("{ method: oauth, clientId: opened }")
    const browser = workspace.path("browser")
    await writeFile(
      browser,
      `#!/bin/sh\nprintf '%s' "$1" > ${workspace.path("part")} && mv ${workspace.path("part")} ${workspace.path("url")}\n`
    )
    await chmod(browser, 0o755)
    const release = await holdCallbackPort()
    const { ended } = workspace.start(["connect"], { ...home(), BROWSER: browser })
    ended.finally(release)
    const url = await vi.waitFor(() => readFile(workspace.path("url"), "utf8"), { timeout: 60_000 })
    assert.strictEqual((await fetch(await answerInBrowser(org, url))).status, 200)
    const result = await ended
    showsTheOrg(result, "oauth")
    assert.include(result.stderr, `If it does not, go to:\n\n  ${url}\n`)
  })

  it("the device flow, by a code", async () => {
    await org.control("POST", "switches", { deviceIntervalSeconds: 1 })
    await app("device", { clientSecret: null, flows: ["device"] })
    await writeSpec("{ method: device, clientId: device }")
    const ended = await whileItWaits(["connect", "--no-browser"], /type in: (\S+)\n/, ([, code]) =>
      confirmDevice(org, code ?? "")
    )
    showsTheOrg(ended, "device")
    await isGreen()
  })

  it("client credentials", async () => {
    await writeSpec(
      '{ method: client-credentials, clientId: "${SALESFORCE_CLIENT_ID}", clientSecret: "${SALESFORCE_CLIENT_SECRET}" }'
    )
    showsTheOrg(await workspace.run(["connect"], home()), "client-credentials")
    await isGreen()
  })

  it("JWT bearer, with a key that `--generate-key` made", async () => {
    await writeSpec(
      '{ method: jwt-bearer, clientId: "${JWT_CLIENT}", username: "${JWT_USER}", privateKey: { file: ./acme.key } }'
    )
    const made = await workspace.run(["connect", "--generate-key"], home())
    assert.strictEqual(made.code, 0, made.stderr)
    assert.include(made.stdout, "privateKey: { file: ./acme.key }")
    assert.strictEqual((await stat(workspace.path("acme.key"))).mode & 0o777, 0o600)
    await app("jwt", {
      certificate: await readFile(workspace.path("acme.crt"), "utf8"),
      flows: ["jwt-bearer"],
      permittedUsers: "admin-approved",
      preauthorized: true
    })
    const env = { ...home(), JWT_CLIENT: "jwt", JWT_USER: org.username }
    showsTheOrg(await workspace.run(["connect"], env), "jwt-bearer")
    const checked = await workspace.run(["check", "--json"], env)
    const { status, checks } = JSON.parse(checked.stdout)
    assert.strictEqual(status, "ok", checked.stdout)
    assert.isTrue(checks.some(({ name }: { name: string }) => name === "certificate of ./acme.key"))
    const again = await workspace.run(["connect", "--generate-key"], home())
    assert.strictEqual(again.code, 1)
    assert.include(again.stderr, "it exists already")
  })

  it("the login of the Salesforce CLI", async () => {
    await writeSpec("{ method: sf-cli }")
    const bin = workspace.path("bin")
    await mkdir(bin)
    const answer = JSON.stringify({
      status: 0,
      result: { instanceUrl: org.url, accessToken: org.accessToken }
    })
    await writeFile(`${bin}/sf`, `#!/bin/sh\necho '${answer}'\n`)
    await chmod(`${bin}/sf`, 0o755)
    const env = { ...home(), PATH: `${bin}:${process.env.PATH}` }
    showsTheOrg(await workspace.run(["connect"], env), "sf-cli")
    assert.strictEqual(JSON.parse((await workspace.run(["check", "--json"], env)).stdout).status, "ok")
  })

  it("an access token", async () => {
    await writeSpec("{ method: access-token, accessToken: { env: SF_TOKEN } }")
    const env = { ...home(), SF_TOKEN: org.accessToken }
    showsTheOrg(await workspace.run(["connect"], env), "access-token")
    assert.strictEqual(JSON.parse((await workspace.run(["check", "--json"], env)).stdout).status, "ok")
  })
})

describe("a stored login", () => {
  const env = { DECANT_SALESFORCE_CLIENT_ID: "stored" }
  beforeEach(async () => {
    await app("stored", { clientSecret: null, flows: ["web-server"] })
    await writeSpec("{ method: oauth }")
    const ended = await connectByBrowser([], env)
    assert.strictEqual(ended.code, 0, ended.stderr)
  })

  it("is listed, renamed and revoked", async () => {
    const listed = JSON.parse((await workspace.run(["connect", "--list", "--json"], home())).stdout)
    assert.strictEqual(listed.connections.length, 1)
    const [login] = listed.connections
    assert.strictEqual(login.name, "acme")
    assert.strictEqual(login.org.id, org.orgId)
    assert.strictEqual(login.environment, "production")
    assert.strictEqual(login.user, org.username)
    assert.strictEqual(login.method, "oauth")
    assert.match(login.connectedAt, /^\d{4}-.*Z$/)

    assert.strictEqual((await workspace.run(["connect", "--rename", "other"], home())).code, 0)
    assert.deepStrictEqual(await readdir(workspace.path(".decant/connections")), ["other.jwe"])
    const table = await workspace.run(["connect", "--list"], home())
    assert.match(table.stdout, /^other .*admin@emulator\.example/m)

    const gone = await workspace.run(["connect", "--disconnect", "--connection", "other"], home())
    assert.strictEqual(gone.code, 0, gone.stderr)
    assert.deepStrictEqual(await readdir(workspace.path(".decant/connections")), [])
    const again = await workspace.run(["connect", "--disconnect", "--connection", "other"], home())
    assert.strictEqual(again.code, 4)
  })

  it("cannot be renamed to a path", async () => {
    const ended = await workspace.run(["connect", "--rename", "../../other"], home())
    assert.strictEqual(ended.code, 2)
    assert.include(ended.stderr, "cannot be the name of a login")
  })

  it("that was tampered with is an error, and not a new login", async () => {
    const file = workspace.path(".decant/connections/acme.jwe")
    await copyFile(file, workspace.path("copy"))
    await writeFile(file, `${(await readFile(file, "utf8")).slice(0, -20)}\n`)
    const checked = await workspace.run(["check"], { ...home(), ...env })
    assert.strictEqual(checked.code, 4)
    assert.match(checked.stdout, /✘ login .*cut short or changed/)
    assert.include((await workspace.run(["connect", "--list"], home())).stdout, "cut short or changed")
  })
})

describe("a person is led on", () => {
  it("to an app of their own where the distribution names none", async () => {
    await writeSpec("{ method: oauth }")
    const ended = await workspace.run(["connect"], { ...home(), DECANT_SALESFORCE_CLIENT_ID: "" })
    assert.strictEqual(ended.code, 2)
    assert.include(ended.stderr, "docs/connect.md")
    assert.include(ended.stderr, "decant setup-org")
  })

  it("when the spec has nothing for the method that is tried", async () => {
    await writeSpec("{ method: oauth }")
    const ended = await workspace.run(["connect", "--method", "jwt-bearer"], home())
    assert.strictEqual(ended.code, 2)
    assert.include(ended.stderr, "privateKey")
  })

  it("when two actions are asked for at once", async () => {
    await writeSpec("{ method: oauth }")
    const ended = await workspace.run(["connect", "--list", "--disconnect"], home())
    assert.strictEqual(ended.code, 2)
    assert.include(ended.stderr, "exclude each other")
  })
})

it("interrupted while it waits, it says so, exits 130 and stores nothing; killed, it leaves the port free", async () => {
  await app("waiting", { clientSecret: null, flows: ["web-server"] })
  await writeSpec("{ method: oauth, clientId: waiting }")
  const release = await holdCallbackPort()
  const endedBy = async (signal: NodeJS.Signals): Promise<Ended> => {
    const { child, ended } = workspace.start(["connect", "--no-browser", "--json"], home())
    let heard = ""
    child.stderr?.on("data", (chunk) => {
      heard += chunk
      if (heard.includes("Waiting for the login")) child.kill(signal)
    })
    return ended
  }
  assert.strictEqual((await endedBy("SIGKILL")).signal, "SIGKILL")
  const interrupted = await endedBy("SIGINT").finally(release)
  assert.strictEqual(interrupted.code, 130, interrupted.stderr)
  assert.strictEqual(JSON.parse(interrupted.stdout).error.code, "INTERRUPTED")
  assert.isFalse(existsSync(workspace.path(".decant")))
})
