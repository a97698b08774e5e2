/** A local org for a test: the emulator, its control calls, and a spec that logs in to it. */
import { decodeSpec, type Spec } from "@decant/connector"
import { Context, Effect, Layer } from "effect"
import { type Row, startEmulator } from "../../salesforce-emulator/testing/emulator-process.ts"

export interface Org {
  readonly url: string
  readonly orgId: string
  readonly spec: (streams: string, source?: string) => Effect.Effect<Spec>
  /** Any control call; the reply parsed. */
  readonly control: (method: string, path: string, body?: unknown) => Effect.Effect<unknown>
  readonly records: (
    object: string,
    change: Row
  ) => Effect.Effect<Readonly<Record<string, ReadonlyArray<string>>>>
  /** Rows as the org holds them, by Id. */
  readonly truth: (object: string) => Effect.Effect<ReadonlyMap<string, Row>>
  /** Paths asked for since the last `forget`, with their methods. */
  readonly requests: Effect.Effect<ReadonlyArray<string>>
  readonly forget: Effect.Effect<void>
  readonly fault: (path: string, action: Row, times?: number) => Effect.Effect<void>
}

const made = (args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const emulator = yield* Effect.acquireRelease(
      Effect.promise(() => startEmulator(...args)),
      ({ stop }) => Effect.promise(stop)
    )
    const { clientId, clientSecret } = emulator.apps.clientCredentials
    const control: Org["control"] = (method, path, body) =>
      Effect.promise(() => emulator.control(method, path, body))
    const org: Org = {
      url: emulator.url,
      orgId: emulator.orgId,
      control,
      records: (object, change) => Effect.promise(() => emulator.records(object, change)),
      truth: (object) =>
        Effect.map(
          Effect.promise(() => emulator.truth(object)),
          (rows) => new Map(rows.map((row) => [String(row.Id), row]))
        ),
      requests: Effect.map(Effect.promise(emulator.requests), (requests) =>
        requests.map(({ method, path }) => `${method} ${path}`)
      ),
      forget: Effect.asVoid(control("DELETE", "requests")),
      fault: (path, action, times = 1) =>
        Effect.asVoid(control("POST", "faults", { match: { path }, times, action })),
      spec: (streams, source = "") =>
        decodeSpec({
          file: "decant.yaml",
          env: { SECRET: clientSecret },
          text: `
version: 1
name: acme
source:
  type: salesforce
  environment: ${emulator.url}
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
    return org
  })

/** One org for a file's tests. */
export class Emulator extends Context.Service<Emulator, Org>()("test/Emulator") {
  static readonly with = (...args: ReadonlyArray<string>): Layer.Layer<Emulator> =>
    Layer.effect(Emulator, made(args))
}
