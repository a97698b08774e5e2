/** A local org for a test: the emulator, its control calls, and an `Org` that is logged in to it. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { decodeSpec } from "@decant/connector"
import { Context, Effect, Layer } from "effect"
import {
  type LoggedRequest,
  type Row,
  startEmulator
} from "../../salesforce-emulator/testing/emulator-process.ts"
import { type OpenOrg, openOrg } from "../src/open-org.ts"
import type { Org } from "../src/org.ts"

export interface TestOrg {
  readonly org: Org
  readonly source: OpenOrg["source"]
  readonly url: string
  /** Where the log of writes and the loads are. */
  readonly stateFolder: string
  readonly folder: string
  /** Another org over the same emulator. */
  readonly open: (change: Partial<OpenOrg>) => Effect.Effect<Org, unknown, import("effect").Scope.Scope>
  readonly control: (method: string, path: string, body?: unknown) => Effect.Effect<unknown>
  readonly truth: (object: string) => Effect.Effect<ReadonlyArray<Row>>
  readonly requests: Effect.Effect<ReadonlyArray<LoggedRequest>>
  readonly forget: Effect.Effect<void>
  readonly fault: (match: Row, action: Row, times?: number) => Effect.Effect<void>
}

const made = (args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const emulator = yield* Effect.acquireRelease(
      Effect.promise(() => startEmulator(...args)),
      ({ stop }) => Effect.promise(stop)
    )
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "decant-org-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    const { clientId, clientSecret } = emulator.apps.clientCredentials
    const { spec } = yield* decodeSpec({
      file: "decant.yaml",
      env: { SECRET: clientSecret },
      text: `
version: 1
name: acme
source:
  type: salesforce
  environment: ${emulator.url}
  auth: { method: client-credentials, clientId: "${clientId}", clientSecret: "\${SECRET}" }
  streams: [{ object: Account }]
destination: { type: duckdb, path: ./acme.duckdb }
`
    })
    const stateFolder = join(folder, ".decant")
    const options: OpenOrg = { source: spec.source, folder, connection: spec.name, stateFolder, by: "test" }
    const control: TestOrg["control"] = (method, path, body) =>
      Effect.promise(() => emulator.control(method, path, body))
    const org: TestOrg = {
      org: yield* openOrg(options),
      source: spec.source,
      url: emulator.url,
      folder,
      stateFolder,
      open: (change) => openOrg({ ...options, ...change }),
      control,
      truth: (object) => Effect.promise(() => emulator.truth(object)),
      requests: Effect.promise(emulator.requests),
      forget: Effect.asVoid(control("DELETE", "requests")),
      fault: (match, action, times = 1) => Effect.asVoid(control("POST", "faults", { match, times, action }))
    }
    return org
  })

/** One org for a file's tests. */
export class Emulator extends Context.Service<Emulator, TestOrg>()("test/Emulator") {
  static readonly with = (...args: ReadonlyArray<string>): Layer.Layer<Emulator> =>
    Layer.effect(Emulator, Effect.orDie(made(args)))
}
