/** What workers share gets into the cluster's database, and who can read it there. */
import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { AuthError } from "@decant/auth"
import { afterAll, assert, describe, it, vi } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { confirmDevice } from "./support/browser.ts"
import { openWarmWorkspace, type Workspace } from "./support/decant.ts"
import { keepInFile } from "./support/shared-login.ts"
import { sharedLoginsWorld, withHttp } from "./support/shared-logins.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const { the, machine, connected, row } = sharedLoginsWorld("--switch", "deviceIntervalSeconds=1")

describe("a login's way into the database", () => {
  it.live("the file goes where tokens are replaced, and nothing is in the table in clear", () =>
    Effect.gen(function* () {
      const { connection, first } = yield* connected()
      yield* first.open
      assert.isFalse(existsSync(first.login))
      assert.lengthOf(first.notices, 1)
      assert.include(first.notices[0], "Its file here is removed")
      const text = JSON.stringify(yield* row)
      for (const secret of [connection.refreshToken, connection.accessToken]) {
        assert.notInclude(text, Redacted.value(secret))
      }
      assert.match(String((yield* row).sealed), /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/)
      assert.deepStrictEqual(yield* Effect.flatMap(first.store, ({ names }) => names), ["acme"])
      const copy = machine()
      yield* keepInFile(copy.place.folder, copy.place.env, connection)
      yield* copy.open
      assert.isFalse(existsSync(copy.login), "a copy of it on another machine")
    }).pipe(withHttp)
  )

  it.live("the file stays where tokens are not replaced", () =>
    Effect.gen(function* () {
      const { first } = yield* connected(false)
      yield* first.open
      assert.isTrue(existsSync(first.login))
      assert.deepStrictEqual(first.notices, [
        "The login acme is in the cluster's database now, for all workers."
      ])
    }).pipe(withHttp)
  )

  it.live("another login of that name in a file is left alone and spoken of", () =>
    Effect.gen(function* () {
      const { first } = yield* connected()
      yield* first.open
      const late = yield* connected()
      const session = yield* late.first.open
      assert.isTrue(existsSync(late.first.login))
      assert.lengthOf(late.first.notices, 1)
      assert.include(late.first.notices[0], "`decant connect --cluster URL`")
      const token = yield* session.token
      assert.notStrictEqual(Redacted.value(token.accessToken), Redacted.value(late.connection.accessToken))
    }).pipe(withHttp)
  )

  it.live("of two that bring one in at once, both use the same", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* connected(), yield* connected()]
      const sessions = yield* Effect.all([one.first.open, other.first.open], { concurrency: 2 })
      const tokens = yield* Effect.forEach(sessions, ({ token }) => token)
      const [a, b] = tokens.map(({ accessToken }) => Redacted.value(accessToken))
      assert.strictEqual(a, b)
    }).pipe(withHttp)
  )
})

describe("a worker that cannot read it", () => {
  for (const [how, env] of [
    ["with another key", { DECANT_KEY: randomBytes(32).toString("base64") }],
    ["without a key", {}]
  ] as const) {
    it.live(`${how} is told to take that of the others, and changes nothing`, () =>
      Effect.gen(function* () {
        const { first } = yield* connected()
        yield* first.open
        const before = yield* row
        const error = yield* Effect.flip(machine(env).open)
        assert.include(["AUTH_STORE_DAMAGED", "AUTH_STORE_KEY"], error.code)
        assert.instanceOf(error, AuthError)
        assert.match(error.message, /another key than DECANT_KEY|home\/key is missing/)
        assert.include(error.fix, "Give all workers one key")
        assert.deepStrictEqual(yield* row, before)
      }).pipe(withHttp)
    )
  }

  it.live("because the database refuses it is told so without the password", () =>
    Effect.gen(function* () {
      const url = new URL(the().postgres.url)
      url.password = "5ECRET-wrong"
      const error = yield* Effect.flip(machine({}, url.href).open)
      assert.strictEqual(error.code, "AUTH_STORE_UNREACHABLE")
      assert.include(error.message, "password authentication failed")
      assert.notInclude(JSON.stringify(error), "5ECRET")
    }).pipe(withHttp)
  )
})

describe("the key of masks", () => {
  it.live("is one for all machines, and stays there for runs without the cluster", () =>
    Effect.gen(function* () {
      const [one, other] = [machine(), machine()]
      const keys = yield* Effect.all([one.mask.shared, other.mask.shared], { concurrency: 2 })
      assert.strictEqual(keys[0], keys[1])
      assert.strictEqual(yield* other.mask.alone, keys[0])
      const [kept] = yield* Effect.promise(() =>
        the().postgres.ask("SELECT sealed FROM decant_cluster.mask_keys")
      )
      assert.notInclude(String(kept?.sealed), keys[0])
    })
  )

  it.live("is that of the machine which had one, and a machine with another one stops", () =>
    Effect.gen(function* () {
      const [one, other] = [machine(), machine()]
      const own = yield* one.mask.alone
      yield* other.mask.alone
      assert.strictEqual(yield* one.mask.shared, own)
      const error = yield* Effect.flip(other.mask.shared)
      assert.strictEqual(error.code, "AUTH_MASK_KEYS_DIFFER")
      assert.strictEqual(yield* machine().mask.shared, own)
    })
  )
})

describe("`decant connect --cluster`", () => {
  const spec = `version: 1
name: acme
source:
  type: salesforce
  environment: \${SALESFORCE_URL}
  auth: { method: device, clientId: device }
  streams: [{ object: Account }]
destination: { type: duckdb, path: ./acme.duckdb }
`
  let workspace: Workspace | null = null
  afterAll(() => workspace?.remove())
  const rows = () => the().postgres.ask("SELECT name, renewing FROM decant_cluster.logins")

  it("keeps the login in the database, where `--list` shows and `--disconnect` ends it", async () => {
    await the().org.control("POST", "apps", {
      clientId: "device",
      clientSecret: null,
      flows: ["device"],
      scopes: ["api", "refresh_token"],
      refreshTokenRotation: true
    })
    workspace = await openWarmWorkspace(the().org.env, spec)
    const env = { DECANT_HOME: workspace.path("home"), DECANT_CLUSTER: the().postgres.url }
    const cluster = ["connect", "--cluster", the().postgres.url]
    const { child, ended } = workspace.start([...cluster, "--no-browser"], env)
    let heard = ""
    let confirmed: Promise<void> | null = null
    child.stderr?.on("data", (chunk) => {
      heard += chunk
      const [, code] = /type in: (\S+)\n/.exec(heard) ?? []
      if (code !== undefined && confirmed === null) confirmed = confirmDevice(the().org, code)
    })
    const made = await ended
    assert.strictEqual(made.code, 0, made.stderr)
    assert.include(made.stdout, "encrypted in the cluster's database")
    assert.include(made.stderr, "the variable DECANT_CLUSTER keeps it from them")
    assert.notInclude(made.stdout + made.stderr, ":secret@")
    assert.deepStrictEqual(await rows(), [{ name: "acme", renewing: false }])
    assert.isFalse(existsSync(workspace.path(".decant/connections/acme.jwe")))

    // Where the variable names a cluster, every command looks there.
    const listed = await workspace.run(["connect", "--list", "--json"], env)
    const [login] = JSON.parse(listed.stdout).connections
    assert.deepInclude(login, { name: "acme", user: the().org.username, method: "device" })

    const asked = await workspace.run(["soql", "SELECT Id FROM Account LIMIT 1", "--json"], env)
    assert.strictEqual(asked.code, 0, asked.stderr)

    const gone = await workspace.run([...cluster, "--disconnect"], env)
    assert.strictEqual(gone.code, 0, gone.stderr)
    assert.deepStrictEqual(await rows(), [])
  })
})
