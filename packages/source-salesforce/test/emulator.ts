/** A local org for a test: the emulator as a child process, its control calls, and a spec that logs in to it. */
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { decodeSpec, type Spec } from "@decant/connector"
import { Context, Effect, Layer, Schema } from "effect"

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

type Row = Readonly<Record<string, unknown>>

export interface Org {
  readonly url: string
  readonly orgId: string
  readonly spec: (streams: string, source?: string) => Effect.Effect<Spec>
  /** Any control call; the reply parsed. */
  readonly control: (method: string, path: string, body?: unknown) => Effect.Effect<unknown>
  readonly records: (
    object: string,
    change: unknown
  ) => Effect.Effect<Readonly<Record<string, ReadonlyArray<string>>>>
  /** Rows as the org holds them, by Id. */
  readonly truth: (object: string) => Effect.Effect<ReadonlyMap<string, Row>>
  /** Paths asked for since the last `forget`, with their methods. */
  readonly requests: Effect.Effect<ReadonlyArray<string>>
  readonly forget: Effect.Effect<void>
  readonly fault: (path: string, action: Row, times?: number) => Effect.Effect<void>
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

const emulator = (args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { ready } = yield* start(args)
    const { clientId, clientSecret } = ready.apps.clientCredentials
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
    const control: Org["control"] = (method, path, body) =>
      Effect.map(call(method, path, body), (text) => (text === "" ? null : JSON.parse(text)))
    const made: Org = {
      url: ready.url,
      orgId: ready.orgId,
      control,
      records: (object, change) =>
        Effect.map(
          control("POST", `/records/${object}`, change),
          (changed) => changed as Readonly<Record<string, ReadonlyArray<string>>>
        ),
      truth: (object) =>
        Effect.map(call("GET", `/truth/${object}`), (text) => {
          const rows = text.split("\n").filter((line) => line !== "")
          return new Map(rows.map((line) => JSON.parse(line) as Row).map((row) => [String(row.Id), row]))
        }),
      requests: Effect.map(control("GET", "/requests"), (list) =>
        (
          list as ReadonlyArray<{ readonly method: string; readonly path?: string; readonly url?: string }>
        ).map(({ method, path, url }) => `${method} ${path ?? url}`)
      ),
      forget: Effect.asVoid(control("DELETE", "/requests")),
      fault: (path, action, times = 1) =>
        Effect.asVoid(control("POST", "/faults", { match: { path }, times, action })),
      spec: (streams, source = "") =>
        decodeSpec({
          file: "decant.yaml",
          env: { SECRET: clientSecret },
          text: `
version: 1
name: acme
source:
  type: salesforce
  environment: ${ready.url}
  auth: { method: client-credentials, clientId: "${clientId}", clientSecret: "\${SECRET}" }
${source}
  streams: ${streams}
destination: { type: duckdb, path: ./acme.duckdb }
`
        }).pipe(
          Effect.map(({ spec }) => spec),
          Effect.orDie
        )
    }
    return made
  })

/** One org for a file's tests. */
export class Emulator extends Context.Service<Emulator, Org>()("test/Emulator") {
  static readonly with = (...args: ReadonlyArray<string>): Layer.Layer<Emulator> =>
    Layer.effect(Emulator, emulator(args))
}
