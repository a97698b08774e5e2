/** Workers on several machines share a login whose refresh token works once. */
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { AuthError, type Connection, ConnectionStores } from "@decant/auth"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it, vi } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import { sharedLogins } from "../src/cluster/shared-logins.ts"
import { type Emulator, startEmulator } from "./support/emulator.ts"
import { type PostgresServer, startPostgres } from "./support/postgres.ts"
import { grantLogin, keepInFile, openLogin } from "./support/shared-login.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const program = fileURLToPath(new URL("./programs/renew-login.ts", import.meta.url))
const key = randomBytes(32).toString("base64")

let org: Emulator
let postgres: PostgresServer
beforeAll(async () => {
  org = await startEmulator("--dataset", "demo")
  postgres = await startPostgres()
})
afterAll(async () => {
  await org?.stop()
  await postgres?.stop()
})

let machines: Array<string> = []
let clientId = ""
beforeEach(() => {
  clientId = `shared-${randomBytes(4).toString("hex")}`
})
afterEach(async () => {
  await org.control("DELETE", "faults")
  await postgres.ask("DELETE FROM decant_cluster.logins")
  for (const folder of machines) rmSync(folder, { recursive: true, force: true })
  machines = []
})

/** A worker on a machine of its own: a folder, an environment, connections to the database. */
const machine = (env: Readonly<Record<string, string>> = { DECANT_KEY: key }, url = postgres.url) => {
  const folder = mkdtempSync(join(tmpdir(), "decant-worker-"))
  machines.push(folder)
  const place = { folder, env: { DECANT_HOME: join(folder, "home"), ...env } }
  const notices: Array<string> = []
  const notice = (text: string) => Effect.sync(() => void notices.push(text))
  const layer = sharedLogins({ url: Redacted.make(url), notice })
  const open = openLogin({ ...place, host: org.url, clientId }).pipe(Effect.provide(layer))
  const store = Effect.map(ConnectionStores, (stores) => stores(place)).pipe(Effect.provide(layer))
  const file = join(folder, ".decant", "connections", "acme.jwe")
  return { place, notices, open, store, file }
}

const withHttp = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  test.pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))

const connected = Effect.fnUntraced(function* (rotates = true) {
  const connection = yield* Effect.promise(() => grantLogin(org, clientId, rotates))
  const first = machine()
  yield* keepInFile(first.place.folder, first.place.env, connection)
  return { connection, first }
})

const refreshes = Effect.promise(async () => {
  const all = await org.requests()
  return all.filter(({ path }) => path === tokenPath).length
})

const answersTo = (token: Redacted.Redacted<string> | string) =>
  Effect.promise(async () => {
    const authorization = `Bearer ${Redacted.isRedacted(token) ? Redacted.value(token) : token}`
    const answer = await fetch(`${org.url}/services/data/v67.0/limits`, { headers: { authorization } })
    await answer.text()
    return answer.status
  })

const refreshTokenOf = (connection: Connection | null): string =>
  connection === null ? "" : Redacted.value(connection.refreshToken)

const row = Effect.promise(async () => {
  const [found] = await postgres.ask("SELECT * FROM decant_cluster.logins")
  return found ?? {}
})

const until = <A>(look: Effect.Effect<A>, fits: (found: A) => boolean) =>
  Effect.repeat(Effect.delay(look, "10 millis"), { until: fits })

const fault = (path: string, action: Readonly<Record<string, number>>) =>
  Effect.promise(() => org.control("POST", "faults", { match: { method: "POST", path }, times: 1, action }))
const tokenPath = "/services/oauth2/token"

const faultsLeft = Effect.promise(async () => {
  const left = (await org.control("GET", "faults")) as ReadonlyArray<unknown>
  return left.length
})
const allStruck = until(faultsLeft, (left) => left === 0)

const isDone = (fiber: Fiber.Fiber<unknown, unknown>): boolean => fiber.pollUnsafe() !== undefined

/** As long as any request may take, and a little more, has passed since the last write. */
const aMinuteLater = Effect.promise(() =>
  postgres.ask("UPDATE decant_cluster.logins SET written_at = written_at - interval '61 seconds'")
)

/** Takes the lock from its holder, as a restart or three silent minutes of it would. */
const endHolders = Effect.promise(() =>
  postgres.ask("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
)
const holders = Effect.promise(async () => {
  const found = await postgres.ask("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted")
  return found.length
})

const startWorker = () => {
  const { place } = machine()
  const child = spawn(process.execPath, [program, place.folder, org.url, clientId], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...place.env, DECANT_CLUSTER: postgres.url }
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = Effect.promise(async () => String((await lines.next()).value))
  const renew = Effect.sync(() => child.stdin.write("renew\n"))
  const end = (signal: NodeJS.Signals) =>
    Effect.promise(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill(signal)
      await once(child, "exit")
    })
  const send = (signal: NodeJS.Signals) => Effect.sync(() => child.kill(signal))
  const worker = { line, renew, kill: end("SIGKILL"), freeze: send("SIGSTOP"), wake: send("SIGCONT") }
  return Effect.acquireRelease(Effect.succeed(worker), () => end("SIGKILL"))
}

describe("a login shared by workers", () => {
  it.live("two processes whose token expires at one time refresh it once, and both go on", () =>
    Effect.gen(function* () {
      const { first } = yield* connected()
      yield* first.open
      const workers = [yield* startWorker(), yield* startWorker()]
      for (const { line } of workers) assert.match(yield* line, /^00D\w{12}!/)
      const before = yield* refreshes
      yield* Effect.promise(() => org.control("POST", "tokens", { expire: true }))
      for (const { renew } of workers) yield* renew
      const tokens = yield* Effect.forEach(workers, ({ line }) => line, { concurrency: "unbounded" })
      assert.strictEqual(yield* refreshes, before + 1)
      assert.strictEqual(tokens[0], tokens[1])
      assert.strictEqual(yield* answersTo(tokens[0] ?? ""), 200)
    }).pipe(withHttp)
  )

  it.live("many that renew again and again never send a used token", () =>
    Effect.gen(function* () {
      const { first } = yield* connected()
      const renewThrice = (of: typeof first) =>
        Effect.gen(function* () {
          const session = yield* of.open
          let token = yield* session.token
          for (let times = 0; times < 3; times++) token = yield* session.renew(token)
        })
      const before = yield* refreshes
      yield* first.open
      yield* Effect.all([first, machine(), machine(), machine()].map(renewThrice), {
        concurrency: "unbounded"
      })
      const made = (yield* refreshes) - before
      assert.isAtLeast(made, 3)
      assert.isAtMost(made, 12)
      // A used token that is sent again ends the login.
      const session = yield* machine().open
      const token = yield* session.renew(yield* session.token)
      assert.strictEqual(yield* answersTo(token.accessToken), 200)
    }).pipe(withHttp)
  )

  it.live("a database that is restarted while a token is on its way keeps the new one", () =>
    Effect.gen(function* () {
      const { first } = yield* connected()
      const session = yield* first.open
      const token = yield* session.token
      yield* Effect.promise(() => org.control("POST", "switches", { refreshTakesMs: 1500 }))
      const renewing = yield* Effect.forkChild(session.renew(token))
      yield* until(row, (found) => found.renewing === true || isDone(renewing))
      yield* Effect.promise(() => postgres.restart())
      const renewed = yield* Fiber.join(renewing)
      yield* Effect.promise(() => org.control("POST", "switches", { refreshTakesMs: 80 }))
      assert.strictEqual(yield* answersTo(renewed.accessToken), 200)
      const other = yield* machine().open
      yield* other.renew(yield* other.token)
      assert.isFalse((yield* row).renewing)
    }).pipe(withHttp)
  )
})

describe("a worker that is killed while it renews", () => {
  it.live("before its request is served: another asks Salesforce and goes on with the token", () =>
    Effect.gen(function* () {
      const { first } = yield* connected()
      const session = yield* first.open
      const token = yield* session.token
      const worker = yield* startWorker()
      yield* worker.line
      yield* fault(tokenPath, { delayMs: 600_000 })
      yield* worker.renew
      yield* allStruck
      yield* worker.kill
      const renewing = yield* Effect.forkChild(session.renew(token))
      yield* until(holders, (count) => count === 1)
      assert.isFalse(isDone(renewing), "the dead one's request may still be on its way")
      yield* aMinuteLater
      const renewed = yield* Fiber.join(renewing)
      assert.strictEqual(yield* answersTo(renewed.accessToken), 200)
    }).pipe(withHttp)
  )

  it.live("after Salesforce replaced the token: no other sends the used one", () =>
    Effect.gen(function* () {
      const { first } = yield* connected()
      const session = yield* first.open
      const token = yield* session.token
      const worker = yield* startWorker()
      yield* worker.line
      yield* fault(tokenPath, { resetAfterBytes: 0 })
      yield* fault("/services/oauth2/introspect", { delayMs: 600_000 })
      const before = yield* refreshes
      yield* worker.renew
      yield* allStruck
      yield* worker.kill
      yield* aMinuteLater
      const error = yield* Effect.flip(session.renew(token))
      assert.strictEqual(error.code, "AUTH_REFRESH_INTERRUPTED")
      assert.strictEqual(yield* refreshes, before + 1)
    }).pipe(withHttp)
  )
})

describe("a worker that was frozen and wakes", () => {
  it.live("changes nothing when another has renewed the login meanwhile", () =>
    Effect.gen(function* () {
      const { connection, first } = yield* connected()
      yield* first.open
      const [sleeper, other] = [yield* first.store, yield* machine().store]
      const asleep = yield* sleeper.hold("acme")
      yield* asleep.read
      yield* endHolders
      const newer = { ...connection, refreshToken: Redacted.make("5Aep-newer") }
      yield* Effect.scoped(Effect.flatMap(other.hold("acme"), ({ write }) => write(newer)))
      for (const change of [asleep.write(connection), asleep.remove]) {
        const error = yield* Effect.flip(change)
        assert.strictEqual(error.code, "AUTH_STORE_LOST")
        assert.isTrue(error.retryable)
      }
      assert.strictEqual(refreshTokenOf(yield* other.read("acme")), "5Aep-newer")
    }).pipe(withHttp)
  )

  it.live("with the answer to its request is waited for, and heard", () =>
    Effect.gen(function* () {
      const { connection, first } = yield* connected()
      yield* first.open
      const [sleeper, other] = [yield* first.store, yield* machine().store]
      const asleep = yield* sleeper.hold("acme")
      yield* asleep.write({ ...connection, refreshing: { since: connection.connectedAt, process: 1 } })
      yield* endHolders
      const next = yield* Effect.forkChild(
        Effect.scoped(Effect.flatMap(other.hold("acme"), ({ read }) => read))
      )
      yield* until(holders, (count) => count === 1)
      assert.isFalse(isDone(next))
      yield* asleep.write({ ...connection, refreshToken: Redacted.make("5Aep-answered") })
      assert.strictEqual(refreshTokenOf(yield* Fiber.join(next)), "5Aep-answered")
    }).pipe(withHttp)
  )
})

describe("a process that was frozen while its token was on its way", () => {
  it.live("is waited for, and what it got serves all", () =>
    Effect.gen(function* () {
      const { first } = yield* connected()
      const session = yield* first.open
      const token = yield* session.token
      const worker = yield* startWorker()
      yield* worker.line
      yield* fault(tokenPath, { delayMs: 1000 })
      const before = yield* refreshes
      yield* worker.renew
      yield* allStruck
      yield* worker.freeze
      yield* endHolders
      const renewing = yield* Effect.forkChild(session.renew(token))
      yield* until(holders, (count) => count === 1 || isDone(renewing))
      yield* worker.wake
      const renewed = yield* Fiber.join(renewing)
      assert.strictEqual(yield* worker.line, Redacted.value(renewed.accessToken))
      assert.strictEqual(yield* refreshes, before + 1)
    }).pipe(withHttp)
  )
})

describe("a login's way into the database", () => {
  it.live("the file goes where tokens are replaced, and nothing is in the table in clear", () =>
    Effect.gen(function* () {
      const { connection, first } = yield* connected()
      yield* first.open
      assert.isFalse(existsSync(first.file))
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
      assert.isFalse(existsSync(copy.file), "a copy of it on another machine")
    }).pipe(withHttp)
  )

  it.live("the file stays where tokens are not replaced", () =>
    Effect.gen(function* () {
      const { first } = yield* connected(false)
      yield* first.open
      assert.isTrue(existsSync(first.file))
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
      assert.isTrue(existsSync(late.first.file))
      assert.lengthOf(late.first.notices, 1)
      assert.include(late.first.notices[0], "`decant connect --cluster`")
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
      const url = new URL(postgres.url)
      url.password = "5ECRET-wrong"
      const error = yield* Effect.flip(machine({ DECANT_KEY: key }, url.href).open)
      assert.strictEqual(error.code, "AUTH_STORE_UNREACHABLE")
      assert.include(error.message, "password authentication failed")
      assert.notInclude(JSON.stringify(error), "5ECRET")
    }).pipe(withHttp)
  )
})
