/** An org, a cluster's database, and machines whose workers share a login of it, for the tests of one file. */
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Connection, ConnectionStores, maskKey } from "@decant/auth"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { afterAll, afterEach, beforeAll, beforeEach } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { sharedLogins } from "../../src/cluster/shared-logins.ts"
import { borrowEmulator, type Emulator } from "./emulator.ts"
import { type PostgresServer, startPostgres } from "./postgres.ts"
import { grantLogin, keepInFile, openLogin } from "./shared-login.ts"

interface World {
  readonly org: Emulator
  readonly postgres: PostgresServer
}

export const withHttp = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  test.pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))

export const refreshTokenOf = (connection: Connection | null): string =>
  connection === null ? "" : Redacted.value(connection.refreshToken)

export const sharedLoginsWorld = (...emulatorArguments: ReadonlyArray<string>) => {
  let world: World | null = null
  let folders: Array<string> = []
  let clientId = ""
  const key = randomBytes(32).toString("base64")
  const the = (): World => {
    if (world === null) throw new Error("the org and the database have not been started")
    return world
  }

  beforeAll(async () => {
    const org = await borrowEmulator("--dataset", "demo", ...emulatorArguments)
    world = { org, postgres: await startPostgres() }
  })
  afterAll(async () => {
    await world?.org.stop()
    await world?.postgres.stop()
  })
  beforeEach(() => {
    clientId = `shared-${randomBytes(4).toString("hex")}`
  })
  afterEach(async () => {
    await the().org.control("DELETE", "faults")
    const { ask } = the().postgres
    await ask(
      "DO $$ BEGIN IF to_regnamespace('decant_cluster') IS NOT NULL THEN DELETE FROM decant_cluster.logins; DELETE FROM decant_cluster.mask_keys; END IF; END $$"
    )
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    folders = []
  })

  /** A worker on a machine of its own: a folder, an environment, connections to the database. */
  const machine = (env: Readonly<Record<string, string>> = { DECANT_KEY: key }, url = the().postgres.url) => {
    const folder = mkdtempSync(join(tmpdir(), "decant-worker-"))
    folders.push(folder)
    const place = { folder, env: { DECANT_HOME: join(folder, "home"), ...env } }
    const notices: Array<string> = []
    const notice = (text: string) => Effect.sync(() => void notices.push(text))
    const layer = sharedLogins({ url: Redacted.make(url), notice })
    const open = openLogin({ ...place, host: the().org.url, clientId }).pipe(Effect.provide(layer))
    const store = Effect.map(ConnectionStores, (stores) => stores(place)).pipe(Effect.provide(layer))
    const mask = Effect.map(maskKey(place, "acme"), Redacted.value)
    const login = join(folder, ".decant", "connections", "acme.jwe")
    return { place, notices, open, store, mask: { alone: mask, shared: Effect.provide(mask, layer) }, login }
  }

  /** One whose `decant connect` has been run. */
  const connected = Effect.fnUntraced(function* (rotates = true) {
    const connection = yield* Effect.promise(() => grantLogin(the().org, clientId, rotates))
    const first = machine()
    yield* keepInFile(first.place.folder, first.place.env, connection)
    return { connection, first }
  })

  const row = Effect.promise(async () => {
    const [found] = await the().postgres.ask("SELECT * FROM decant_cluster.logins")
    return found ?? {}
  })

  return { the, clientId: () => clientId, machine, connected, row }
}
