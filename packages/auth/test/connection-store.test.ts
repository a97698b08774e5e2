import { spawn } from "node:child_process"
import { once } from "node:events"
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import type { Connection } from "../src/store/connection.ts"
import { connectionFiles } from "../src/store/connection-files.ts"
import { holdLock } from "../src/store/lock-file.ts"
import { inNoTime } from "./in-no-time.ts"

const connection: Connection = {
  version: 1,
  name: "acme",
  method: "oauth",
  login: "https://login.salesforce.com",
  clientId: "3MVG9client",
  refreshToken: Redacted.make("5Aep861-refresh"),
  accessToken: Redacted.make("00D!access"),
  instanceUrl: "https://acme.my.salesforce.com",
  identityUrl: "https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA",
  rotates: true,
  refreshing: null,
  org: null,
  connectedAt: "2026-11-21T10:00:00.000Z",
  lastUsedAt: "2026-11-21T10:00:00.000Z"
}

/** Secrets compare as equal while they are hidden. */
const inClear = (found: Connection | null) =>
  found === null
    ? null
    : {
        ...found,
        refreshToken: Redacted.value(found.refreshToken),
        accessToken: Redacted.value(found.accessToken)
      }

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "decant-store-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const storeIn = Effect.fnUntraced(function* (env: Readonly<Record<string, string>> = {}) {
  const path = yield* folder
  const home = join(path, "home")
  const store = connectionFiles({ folder: path, env: { DECANT_HOME: home, ...env } })
  return { path, home, store, file: join(store.folder, "acme.jwe"), key: join(home, "key") }
})

describe("the store of logins", () => {
  it.effect("gives back what was written, and nothing for a name that was not", () =>
    Effect.gen(function* () {
      const { store } = yield* storeIn()
      assert.isNull(yield* store.read("acme"))
      yield* store.write(connection)
      assert.deepStrictEqual(inClear(yield* store.read("acme")), inClear(connection))
      assert.deepStrictEqual(yield* store.names, ["acme"])
      yield* store.remove("acme")
      assert.isNull(yield* store.read("acme"))
    }).pipe(Effect.scoped)
  )

  it.effect("takes a key of 32 bytes in base64 or hex from DECANT_KEY and then makes no key file", () =>
    Effect.gen(function* () {
      for (const encoding of ["base64", "base64url", "hex"] as const) {
        const { store, path } = yield* storeIn({ DECANT_KEY: Buffer.alloc(32, 7).toString(encoding) })
        yield* store.write(connection)
        assert.deepStrictEqual(inClear(yield* store.read("acme")), inClear(connection))
        assert.deepStrictEqual(readdirSync(path), [".decant"])
      }
    }).pipe(Effect.scoped)
  )

  it.effect("refuses a DECANT_KEY that is no key, without printing it", () =>
    Effect.gen(function* () {
      const { store } = yield* storeIn({ DECANT_KEY: "hunter2-hunter2" })
      const error = yield* Effect.flip(store.write(connection))
      assert.strictEqual(error.code, "AUTH_STORE_KEY")
      assert.notInclude(JSON.stringify(error), "hunter2")
    }).pipe(Effect.scoped)
  )

  it.effect("refuses a key file that others may read", () =>
    Effect.gen(function* () {
      const { store, key } = yield* storeIn()
      yield* store.write(connection)
      chmodSync(key, 0o644)
      const error = yield* Effect.flip(store.read("acme"))
      assert.strictEqual(error.code, "AUTH_STORE_KEY")
      assert.include(error.message, key)
    }).pipe(Effect.scoped)
  )

  const flip = (text: string, at: number): string => {
    const other = text[at] === "A" ? "B" : "A"
    return `${text.slice(0, at)}${other}${text.slice(at + 1)}`
  }
  const harms: ReadonlyArray<readonly [string, (text: string) => string]> = [
    ["cut short", (text) => text.slice(0, text.length / 2)],
    ["emptied", () => ""],
    ["changed in its header", (text) => flip(text, 3)],
    ["changed in its content", (text) => flip(text, text.lastIndexOf(".") - 20)],
    ["changed in its seal", (text) => flip(text, text.lastIndexOf(".") + 3)],
    ["replaced by something else", () => "hello"]
  ]
  for (const [how, harm] of harms) {
    it.effect(`a file that was ${how} is an error, not a missing login`, () =>
      Effect.gen(function* () {
        const { store, file } = yield* storeIn()
        yield* store.write(connection)
        writeFileSync(file, harm(readFileSync(file, "utf8")))
        const error = yield* Effect.flip(store.read("acme"))
        assert.strictEqual(error.code, "AUTH_STORE_DAMAGED")
        assert.strictEqual(error.disposition, "credentials")
        assert.include(error.message, file)
      }).pipe(Effect.scoped)
    )
  }

  it.effect("a lost or replaced key is said to be that", () =>
    Effect.gen(function* () {
      const { store, key } = yield* storeIn()
      yield* store.write(connection)
      const old = readFileSync(key)
      rmSync(key)
      assert.strictEqual((yield* Effect.flip(store.read("acme"))).code, "AUTH_STORE_KEY")
      writeFileSync(key, Buffer.alloc(32, 9).toString("base64"), { mode: 0o600 })
      const error = yield* Effect.flip(store.read("acme"))
      assert.strictEqual(error.code, "AUTH_STORE_DAMAGED")
      assert.include(error.message, "another key")
      writeFileSync(key, old)
      assert.deepStrictEqual(inClear(yield* store.read("acme")), inClear(connection))
    }).pipe(Effect.scoped)
  )

  it.effect("a login under another's file name is refused", () =>
    Effect.gen(function* () {
      const { store, file } = yield* storeIn()
      yield* store.write(connection)
      renameSync(file, join(store.folder, "other.jwe"))
      const error = yield* Effect.flip(store.read("other"))
      assert.strictEqual(error.code, "AUTH_STORE_DAMAGED")
      assert.include(error.message, "acme")
    }).pipe(Effect.scoped)
  )

  it.live("many writers at once leave one whole file and no other", () =>
    Effect.gen(function* () {
      const { store } = yield* storeIn()
      yield* Effect.forEach(
        Array.from({ length: 30 }, (_, index) => index),
        (index) => store.write({ ...connection, refreshToken: Redacted.make(`5Aep861-${index}`) }),
        { concurrency: "unbounded" }
      )
      assert.match(inClear(yield* store.read("acme"))?.refreshToken ?? "", /^5Aep861-\d+$/)
      assert.deepStrictEqual(readdirSync(store.folder), ["acme.jwe"])
    }).pipe(Effect.scoped)
  )
})

describe("the lock of a login", () => {
  it.live("lets one in at a time", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "acme.lock")
      let inside = 0
      let most = 0
      const visit = Effect.gen(function* () {
        yield* holdLock(file, "acme")
        most = Math.max(most, ++inside)
        yield* Effect.sleep("2 millis")
        inside -= 1
      }).pipe(Effect.scoped)
      yield* Effect.all(
        Array.from({ length: 10 }, () => visit),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(most, 1)
    }).pipe(Effect.scoped)
  )

  it.live("is taken from a process that was killed", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "acme.lock")
      const program = fileURLToPath(new URL("./programs/hold-lock.ts", import.meta.url))
      const child = spawn(process.execPath, [program, file], { stdio: ["ignore", "pipe", "inherit"] })
      yield* Effect.promise(() => once(child.stdout, "data"))
      assert.isTrue(existsSync(file))
      child.kill("SIGKILL")
      yield* Effect.promise(() => once(child, "exit"))
      yield* Effect.scoped(holdLock(file, "acme"))
      assert.isFalse(existsSync(file))
    }).pipe(Effect.scoped)
  )

  it.live("is taken from a machine that has been silent for long", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "acme.lock")
      writeFileSync(file, JSON.stringify({ host: "elsewhere", process: 1, id: "silent" }))
      const long = new Date(Date.now() - 10 * 60_000)
      utimesSync(file, long, long)
      yield* Effect.scoped(holdLock(file, "acme"))
    }).pipe(Effect.scoped)
  )

  it.effect("is waited for while its process lives, and at last reported as locked", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "acme.lock")
      yield* holdLock(file, "acme")
      const held = readFileSync(file, "utf8")
      yield* TestClock.setTime(Date.now())
      const error = yield* Effect.flip(inNoTime(Effect.scoped(holdLock(file, "acme"))))
      assert.strictEqual(error.code, "AUTH_STORE_LOCKED")
      assert.strictEqual(error.disposition, "locked")
      assert.strictEqual(readFileSync(file, "utf8"), held)
    }).pipe(Effect.scoped)
  )
})
