import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import type { ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Redacted } from "effect"
import { ConnectionStores, openSession } from "../src/index.ts"
import type { Connection } from "../src/store/connection.ts"
import { connectionFiles } from "../src/store/connection-files.ts"
import { rotatingOrg } from "./rotating-org.ts"
import { sourceWith } from "./sources.ts"
import { refuse, wire } from "./wire.ts"

const program = fileURLToPath(new URL("./programs/renew.ts", import.meta.url))
const clientSecret = "5ECRET-of-the-app-0123456789"

const { PATH, NODE_COMPILE_CACHE } = process.env
const machine = { PATH, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) }

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "decant-stored-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

interface Setting {
  readonly rotates: boolean
  readonly millis?: number
  /** What earlier refreshes have told about rotation. */
  readonly known?: boolean | null
}

const stored = Effect.fnUntraced(function* (setting: Setting) {
  const org = rotatingOrg(setting)
  const { origin, received, stop } = yield* wire(org.respond)
  const path = yield* folder
  const env = { DECANT_HOME: join(path, "home") }
  const store = connectionFiles({ folder: path, env })
  const connection: Connection = {
    version: 1,
    name: "acme",
    method: "oauth",
    login: origin,
    clientId: "3MVG9client",
    refreshToken: Redacted.make("5Aep861-0-refresh"),
    accessToken: Redacted.make("00D!access-0"),
    instanceUrl: origin,
    identityUrl: `${origin}/id/00D000000000001EAA/005000000000001AAA`,
    rotates: setting.known === undefined ? setting.rotates : setting.known,
    refreshing: null,
    org: null,
    connectedAt: "2026-11-21T10:00:00.000Z",
    lastUsedAt: "2026-11-21T10:00:00.000Z"
  }
  yield* store.write(connection)
  const open = (secret: string | null) =>
    openSession({
      source: sourceWith(origin, {
        method: "oauth",
        clientId: "3MVG9client",
        ...(secret === null ? {} : { clientSecret: Redacted.make(secret) })
      }),
      folder: path,
      env,
      connection: "acme"
    })
  const start = (times: number, secret: string | null) => {
    const child = spawn(process.execPath, [program, path, origin, String(times)], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...machine, ...env, ...(secret === null ? {} : { CLIENT_SECRET: secret }) }
    })
    return { child, output: text(child.stdout), ended: once(child, "exit") }
  }
  const renewOnce = (secret: string | null) =>
    Effect.flatMap(open(secret), (session) => Effect.flatMap(session.token, session.renew))
  const record = Effect.map(store.read("acme"), (found) => found ?? connection)
  return { org, received, stop, open, start, renewOnce, record, store }
})

const withHttp = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  test.pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))

const refreshTokenOf = (connection: Connection): string => Redacted.value(connection.refreshToken)

describe("a stored login", () => {
  it.live("is used as it is until Salesforce rejects it: a new run asks for no token", () =>
    Effect.gen(function* () {
      const { open, received } = yield* stored({ rotates: true })
      const token = yield* Effect.flatMap(open(null), (session) => session.token)
      assert.strictEqual(Redacted.value(token.accessToken), "00D!access-0")
      assert.strictEqual(received.length, 0)
    }).pipe(withHttp)
  )

  it.live("a rotated refresh token is on disk before the new access token is handed out", () =>
    Effect.gen(function* () {
      const { renewOnce, record, org } = yield* stored({ rotates: true })
      const token = yield* renewOnce(null)
      const kept = yield* record
      assert.strictEqual(refreshTokenOf(kept), org.current)
      assert.strictEqual(Redacted.value(kept.accessToken), Redacted.value(token.accessToken))
      assert.isNull(kept.refreshing)
      assert.isTrue(kept.rotates)
    }).pipe(withHttp)
  )

  it.live("two processes that renew fifty times each never lose the connection", () =>
    Effect.gen(function* () {
      const { start, org, renewOnce } = yield* stored({ rotates: true, millis: 5 })
      const children = [start(50, null), start(50, null)]
      const codes = yield* Effect.promise(() => Promise.all(children.map(({ ended }) => ended)))
      const outputs = yield* Effect.promise(() => Promise.all(children.map(({ output }) => output)))
      assert.deepStrictEqual(codes, [
        [0, null],
        [0, null]
      ])
      for (const output of outputs) assert.strictEqual(output.trim().split("\n").length, 50)
      assert.strictEqual(org.replays, 0)
      assert.strictEqual(org.busy, 0)
      assert.isAtLeast(org.refreshes, 50)
      assert.isAtMost(org.refreshes, 100)
      yield* renewOnce(null)
    }).pipe(withHttp)
  )

  it.live("a request that Salesforce is already working on is asked for again", () =>
    Effect.gen(function* () {
      const { renewOnce, org } = yield* stored({ rotates: true })
      for (const description of ["token request is already being processed", "expired authorization code"]) {
        org.instead = (_, response) => {
          org.instead = null
          refuse(response, "invalid_grant", description)
        }
        yield* renewOnce(null)
      }
      assert.strictEqual(org.refreshes, 2)
      assert.strictEqual(org.replays, 0)
    }).pipe(withHttp)
  )

  it.live("a dead refresh token is said once and not asked for again", () =>
    Effect.gen(function* () {
      const { open, org, received } = yield* stored({ rotates: true })
      org.current = null
      const session = yield* open(null)
      const token = yield* session.token
      for (let times = 0; times < 3; times++) {
        const error = yield* Effect.flip(session.renew(token))
        assert.strictEqual(error.code, "AUTH_REFRESH_TOKEN_DEAD")
      }
      assert.strictEqual(received.filter(({ method }) => method === "POST").length, 1)
    }).pipe(withHttp)
  )

  it.live("an interrupted fiber still keeps the token that was on its way", () =>
    Effect.gen(function* () {
      const { renewOnce, org, record } = yield* stored({ rotates: true, millis: 200 })
      const fiber = yield* Effect.forkChild(renewOnce(null))
      while (org.refreshes === 0 && (yield* record).refreshing === null) yield* Effect.sleep("5 millis")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(refreshTokenOf(yield* record), org.current)
      assert.isNull((yield* record).refreshing)
    }).pipe(withHttp)
  )

  it.live("killed before the token is sent: nothing is lost", () =>
    Effect.gen(function* () {
      const { start, org, received, renewOnce } = yield* stored({ rotates: true })
      org.silent = true
      const { child, ended } = start(1, null)
      while (received.length === 0) yield* Effect.sleep("1 millis")
      child.kill("SIGKILL")
      yield* Effect.promise(() => ended)
      org.silent = false
      yield* renewOnce(null)
      assert.strictEqual(org.refreshes, 1)
    }).pipe(withHttp)
  )

  it.live("killed at any moment: lost only where Salesforce had replaced the token", () =>
    Effect.gen(function* () {
      const { start, org, received, renewOnce, record, store } = yield* stored({ rotates: true })
      for (let kills = 0; kills < 5; kills++) {
        const before = received.length
        const { child, ended } = start(1000, clientSecret)
        while (received.length === before) yield* Effect.sleep("1 millis")
        yield* Effect.sleep(`${Math.round(Math.random() * 80)} millis`)
        child.kill("SIGKILL")
        yield* Effect.promise(() => ended)
        yield* Effect.sleep("30 millis")
        const left = yield* record
        const next = yield* Effect.result(renewOnce(clientSecret))
        if (refreshTokenOf(left) === org.current || next._tag === "Success") {
          assert.strictEqual(next._tag, "Success")
        } else {
          assert.strictEqual(next.failure.code, "AUTH_REFRESH_INTERRUPTED")
          assert.isNotNull(left.refreshing)
          yield* store.write({ ...left, refreshToken: Redacted.make(org.current ?? ""), refreshing: null })
        }
        assert.strictEqual(org.replays, 0)
      }
    }).pipe(withHttp)
  )
})

/** Kills a process when Salesforce has replaced the token and before the answer arrives. */
const killedInTheGap = Effect.fnUntraced(function* (setting: Setting, secret: string | null) {
  const world = yield* stored(setting)
  const { child, ended } = world.start(1, secret)
  yield* Effect.promise(
    () =>
      new Promise<void>((resolve) => {
        world.org.answering = () => resolve()
      })
  )
  child.kill("SIGKILL")
  yield* Effect.promise(() => ended)
  world.org.answering = null
  return world
})

/** The process stands still for as long right after the first write of a held login; its clock goes on. */
const frozenAfterTheMark = Effect.fnUntraced(function* (millis: number) {
  const files = yield* ConnectionStores
  const clock = yield* Clock.Clock
  const written: Array<Connection> = []
  let asleep = 0
  const frozen: typeof files = (place) => {
    const store = files(place)
    const hold: typeof store.hold = (name) =>
      Effect.map(store.hold(name), (held) => ({
        ...held,
        write: (connection) =>
          Effect.tap(held.write(connection), () =>
            Effect.sync(() => {
              written.push(connection)
              if (written.length === 1) asleep = millis
            })
          )
      }))
    return { ...store, hold }
  }
  const late: Clock.Clock = Object.create(clock, {
    currentTimeMillis: { value: Effect.map(clock.currentTimeMillis, (now) => now + asleep) }
  })
  return { written, frozen, late }
})

describe("a process that stood still between its mark and the request", () => {
  it.live("takes the mark back and begins again: another may have the token by then", () =>
    Effect.gen(function* () {
      const { renewOnce, org, received } = yield* stored({ rotates: true })
      const { written, frozen, late } = yield* frozenAfterTheMark(30_000)
      yield* renewOnce(null).pipe(
        Effect.provideService(ConnectionStores, frozen),
        Effect.provideService(Clock.Clock, late)
      )
      const marks = written.map(({ refreshing }) => refreshing !== null)
      assert.deepStrictEqual(marks, [true, false, true, false])
      assert.strictEqual(received.filter(({ method }) => method === "POST").length, 1)
      assert.strictEqual(org.refreshes, 1)
    }).pipe(withHttp)
  )
})

describe("a process killed between Salesforce's answer and our disk", () => {
  for (const [kind, secret] of [
    ["without", null],
    ["with", clientSecret]
  ] as const) {
    it.live(`is recognised by an app ${kind} a secret, and the used token is not sent again`, () =>
      Effect.gen(function* () {
        const { renewOnce, org, record } = yield* killedInTheGap({ rotates: true }, secret)
        const { refreshing } = yield* record
        for (let runs = 0; runs < 2; runs++) {
          const error = yield* Effect.flip(renewOnce(secret))
          assert.strictEqual(error.code, "AUTH_REFRESH_INTERRUPTED")
          assert.strictEqual(error.disposition, "credentials")
          assert.include(error.message, refreshing?.since ?? "no mark")
        }
        assert.strictEqual(org.replays, 0)
        assert.strictEqual(org.introspections, secret === null ? 0 : 2)
      }).pipe(withHttp)
    )
  }

  it.live("loses nothing where refresh tokens do not rotate", () =>
    Effect.gen(function* () {
      const { renewOnce, org, record } = yield* killedInTheGap({ rotates: false }, null)
      yield* renewOnce(null)
      assert.strictEqual(org.refreshes, 2)
      assert.isNull((yield* record).refreshing)
    }).pipe(withHttp)
  )

  it.live("goes on when Salesforce says that the token was not used", () =>
    Effect.gen(function* () {
      const { renewOnce, org, record, store } = yield* stored({ rotates: true })
      yield* store.write({
        ...(yield* record),
        refreshing: { since: "2026-11-21T10:00:00.000Z", process: 1 }
      })
      yield* renewOnce(clientSecret)
      assert.strictEqual(org.introspections, 1)
      assert.strictEqual(org.refreshes, 1)
      assert.isNull((yield* record).refreshing)
    }).pipe(withHttp)
  )
})

describe("a connection that breaks during a refresh", () => {
  it.live("without rotation is simply asked again", () =>
    Effect.gen(function* () {
      const { renewOnce, org } = yield* stored({ rotates: false })
      org.instead = (_, response) => {
        org.instead = null
        response.destroy()
      }
      yield* renewOnce(null)
      assert.strictEqual(org.refreshes, 1)
    }).pipe(withHttp)
  )

  it.live("with rotation and a secret is asked again once Salesforce says that the token is unused", () =>
    Effect.gen(function* () {
      const { renewOnce, org } = yield* stored({ rotates: true })
      org.instead = (_, response) => {
        org.instead = null
        response.destroy()
      }
      yield* renewOnce(clientSecret)
      assert.strictEqual(org.introspections, 1)
      assert.strictEqual(org.refreshes, 1)
      assert.strictEqual(org.replays, 0)
    }).pipe(withHttp)
  )

  it.live("after the token was replaced never sends the used one again", () =>
    Effect.gen(function* () {
      const lost: ReadonlyArray<(response: ServerResponse) => void> = [
        (response) => response.destroy(),
        (response) => response.writeHead(200).end("<html>a proxy's page</html>")
      ]
      for (const [secret, lose] of [null, clientSecret].flatMap((one) =>
        lost.map((way) => [one, way] as const)
      )) {
        const { renewOnce, org } = yield* stored({ rotates: true })
        org.answering = (_, response) => lose(response)
        const error = yield* Effect.flip(renewOnce(secret))
        assert.strictEqual(error.code, "AUTH_REFRESH_INTERRUPTED")
        assert.strictEqual(org.replays, 0)
      }
    }).pipe(withHttp)
  )

  it.live("to a host that cannot be reached leaves the login as it was", () =>
    Effect.gen(function* () {
      const { renewOnce, record, stop } = yield* stored({ rotates: true })
      yield* Effect.sync(stop)
      const error = yield* Effect.flip(renewOnce(null))
      assert.strictEqual(error.code, "NET_REFUSED")
      assert.isNull((yield* record).refreshing)
    }).pipe(withHttp)
  )
})
