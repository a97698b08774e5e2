/** Workers on several machines share a login whose refresh token works once. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import { openWorkspace } from "./support/decant.ts"
import { firstLine } from "./support/first-line.ts"
import { clientSecret } from "./support/shared-login.ts"
import { refreshTokenOf, sharedLoginsWorld, withHttp } from "./support/shared-logins.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const program = fileURLToPath(new URL("./programs/renew-login.ts", import.meta.url))

const { the, clientId, machine, connected, row } = sharedLoginsWorld()

const refreshes = Effect.promise(async () => {
  const all = await the().org.requests()
  return all.filter(({ path }) => path === tokenPath).length
})

const answersTo = (token: Redacted.Redacted<string> | string) =>
  Effect.promise(async () => {
    const authorization = `Bearer ${Redacted.isRedacted(token) ? Redacted.value(token) : token}`
    const answer = await fetch(`${the().org.url}/services/data/v67.0/limits`, { headers: { authorization } })
    await answer.text()
    return answer.status
  })

const until = <A>(look: Effect.Effect<A>, fits: (found: A) => boolean) =>
  Effect.repeat(Effect.delay(look, "10 millis"), { until: fits })

const fault = (path: string, action: Readonly<Record<string, number>>) =>
  Effect.promise(() =>
    the().org.control("POST", "faults", { match: { method: "POST", path }, times: 1, action })
  )
const tokenPath = "/services/oauth2/token"

const faultsLeft = Effect.promise(async () => {
  const left = (await the().org.control("GET", "faults")) as ReadonlyArray<unknown>
  return left.length
})
const allStruck = until(faultsLeft, (left) => left === 0)

const isDone = (fiber: Fiber.Fiber<unknown, unknown>): boolean => fiber.pollUnsafe() !== undefined

/** As long as any request may take, and a little more, has passed since the last write. */
const aMinuteLater = Effect.promise(() =>
  the().postgres.ask("UPDATE decant_cluster.logins SET written_at = written_at - interval '61 seconds'")
)

/** Takes the lock from its holder, as a restart or three silent minutes of it would. */
const endHolders = Effect.promise(() =>
  the().postgres.ask("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
)
const holders = Effect.promise(async () => {
  const found = await the().postgres.ask("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted")
  return found.length
})

const startWorker = () => {
  const { place } = machine()
  const child = spawn(process.execPath, [program, place.folder, the().org.url, clientId()], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...place.env, DECANT_CLUSTER: the().postgres.url }
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
      yield* Effect.promise(() => the().org.control("POST", "tokens", { expire: true }))
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
      yield* Effect.forEach([first, machine(), machine(), machine()], renewThrice, {
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
      yield* Effect.promise(() => the().org.control("POST", "switches", { refreshTakesMs: 1500 }))
      const renewing = yield* Effect.forkChild(session.renew(token))
      yield* until(row, (found) => found.renewing === true || isDone(renewing))
      yield* Effect.promise(() => the().postgres.restart())
      const renewed = yield* Fiber.join(renewing)
      yield* Effect.promise(() => the().org.control("POST", "switches", { refreshTakesMs: 80 }))
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

const specOf = (login: string) => `version: 1
name: acme
source:
  type: salesforce
  environment: ${login}
  auth: { method: oauth, clientId: ${clientId()}, clientSecret: "\${CLIENT_SECRET}" }
  streams: [{ object: Account }, { object: Contact }]
destination: { type: postgres, url: "\${DECANT_CLUSTER}", schema: copy }
`

describe("`decant worker` on two machines, of which one has the login", () => {
  it("renews it once for a sync of both", async () => {
    const { first } = await Effect.runPromise(connected())
    const second = machine()
    const workspace = await openWorkspace({ CLIENT_SECRET: clientSecret, DECANT_CLUSTER: the().postgres.url })
    const workers: Array<ReturnType<typeof workspace.start>> = []
    try {
      for (const { place } of [first, second]) {
        await writeFile(`${place.folder}/decant.yaml`, specOf(the().org.url))
        const worker = workspace.start(["worker", place.folder, "--cluster", "-", "--json"], place.env)
        workers.push(worker)
        assert.deepStrictEqual(JSON.parse(await firstLine(worker.child, "the worker")).specs, ["acme"])
      }
      assert.isFalse(existsSync(first.login))
      await the().org.control("POST", "tokens", { expire: true })
      const before = await Effect.runPromise(refreshes)
      const spec = `${second.place.folder}/decant.yaml`
      const synced = await workspace.run(["sync", spec, "--cluster", "-", "--json"], second.place.env)
      assert.strictEqual(synced.code, 0, synced.stdout + synced.stderr)
      assert.strictEqual(await Effect.runPromise(refreshes), before + 1)
      const [counted] = await the().postgres.ask("SELECT count(*)::integer AS rows FROM copy.contact")
      assert.strictEqual(counted?.rows, (await the().org.truth("Contact")).length)
    } finally {
      for (const { child } of workers) child.kill("SIGTERM")
      for (const { ended } of workers) await ended
      await workspace.remove()
    }
  })
})
