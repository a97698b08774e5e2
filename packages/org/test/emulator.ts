/** A local org for a test: the emulator as a child process, its control calls, and an `Org` that is logged in to it. */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { decodeSpec } from "@decant/connector"
import { Context, Effect, Layer, Schema } from "effect"
import { type OpenOrg, openOrg } from "../src/open-org.ts"
import type { Org } from "../src/org.ts"

const command = fileURLToPath(
  new URL("../../salesforce-emulator/bin/salesforce-emulator.mjs", import.meta.url)
)

const Ready = Schema.fromJsonString(
  Schema.Struct({
    url: Schema.String,
    orgId: Schema.String,
    apps: Schema.Struct({
      clientCredentials: Schema.Struct({ clientId: Schema.String, clientSecret: Schema.String })
    })
  })
)

export type Row = Readonly<Record<string, unknown>>

interface Asked {
  readonly method: string
  readonly path: string
  readonly client?: string
}

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
  readonly requests: Effect.Effect<ReadonlyArray<Asked>>
  readonly forget: Effect.Effect<void>
  readonly fault: (match: Row, action: Row, times?: number) => Effect.Effect<void>
}

const start = (args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly ready: typeof Ready.Type; readonly stop: () => void }>((resume) => {
      const child = spawn(process.execPath, [command, "--port", "0", "--exit-with-parent", ...args], {
        stdio: ["pipe", "pipe", "inherit"]
      })
      child.once("exit", (code) => resume(Effect.die(new Error(`the emulator ended with ${code}`))))
      createInterface({ input: child.stdout }).once("line", (line) => {
        const stop = () => void child.kill()
        const ready = Effect.orDie(Schema.decodeEffect(Ready)(line))
        resume(Effect.map(ready, (ready) => ({ ready, stop })))
      })
    }),
    ({ stop }) => Effect.sync(stop)
  )

const made = (args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { ready } = yield* start(args)
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "decant-org-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    const { clientId, clientSecret } = ready.apps.clientCredentials
    const { spec } = yield* decodeSpec({
      file: "decant.yaml",
      env: { SECRET: clientSecret },
      text: `
version: 1
name: acme
source:
  type: salesforce
  environment: ${ready.url}
  auth: { method: client-credentials, clientId: "${clientId}", clientSecret: "\${SECRET}" }
  streams: [{ object: Account }]
destination: { type: duckdb, path: ./acme.duckdb }
`
    })
    const stateFolder = join(folder, ".decant")
    const options: OpenOrg = { source: spec.source, folder, connection: spec.name, stateFolder, by: "test" }
    const call = (method: string, path: string, body?: unknown) =>
      Effect.promise(async () => {
        const response = await fetch(`${ready.url}/emulator${path}`, {
          method,
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { "content-type": "application/json" } })
        })
        const text = await response.text()
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
        return text
      })
    const control: TestOrg["control"] = (method, path, body) =>
      Effect.map(call(method, path, body), (text) => (text === "" ? null : JSON.parse(text)))
    const org: TestOrg = {
      org: yield* openOrg(options),
      source: spec.source,
      url: ready.url,
      folder,
      stateFolder,
      open: (change) => openOrg({ ...options, ...change }),
      control,
      truth: (object) =>
        Effect.map(call("GET", `/truth/${object}`), (text) =>
          text
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line) as Row)
        ),
      requests: Effect.map(control("GET", "/requests"), (list) => list as ReadonlyArray<Asked>),
      forget: Effect.asVoid(control("DELETE", "/requests")),
      fault: (match, action, times = 1) => Effect.asVoid(control("POST", "/faults", { match, times, action }))
    }
    return org
  })

/** One org for a file's tests. */
export class Emulator extends Context.Service<Emulator, TestOrg>()("test/Emulator") {
  static readonly with = (...args: ReadonlyArray<string>): Layer.Layer<Emulator> =>
    Layer.effect(Emulator, Effect.orDie(made(args)))
}
