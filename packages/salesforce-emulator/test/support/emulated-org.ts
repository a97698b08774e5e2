/** One emulator for a block of tests, and the calls they make to it over the wire. */
import { Context, Effect, Layer } from "effect"
import { type EmulatorOptions, emulator, readyLine } from "../../src/emulator.ts"
import { Org } from "../../src/org/org.ts"

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: answers are whatever the emulator sent
  readonly json: any
}

type Ready = Effect.Success<typeof readyLine>

export class EmulatedOrg extends Context.Service<
  EmulatedOrg,
  Ready & {
    readonly org: Org["Service"]
    /** A call with the ready line's token, unless the init brings its own Authorization. */
    readonly call: (path: string, init?: RequestInit) => Effect.Effect<Answer>
    /** The same without a token. */
    readonly bare: (path: string, init?: RequestInit) => Effect.Effect<Answer>
    readonly token: (form: Readonly<Record<string, string>>) => Effect.Effect<Answer>
    readonly control: (path: string, body: unknown) => Effect.Effect<Answer>
    /** Puts rows into a table: one object a row. */
    readonly insert: (
      object: string,
      rows: ReadonlyArray<Readonly<Record<string, unknown>>>
    ) => Effect.Effect<void>
  }
>()("test/EmulatedOrg") {
  static readonly layer = (
    switches: Readonly<Record<string, unknown>> = {},
    dataset: Partial<EmulatorOptions> = {}
  ) =>
    Layer.effect(
      EmulatedOrg,
      Effect.gen(function* () {
        const ready = yield* readyLine
        const org = yield* Org
        const bare = (path: string, init: RequestInit = {}) =>
          Effect.promise(async (): Promise<Answer> => {
            const response = await fetch(ready.url + path, { redirect: "manual", ...init })
            const text = await response.text()
            const isJson =
              /^application\/json/.test(response.headers.get("content-type") ?? "") && text !== ""
            return {
              status: response.status,
              headers: response.headers,
              text,
              json: isJson ? JSON.parse(text) : undefined
            }
          })
        const call = (path: string, init: RequestInit = {}) =>
          bare(path, { ...init, headers: { authorization: `Bearer ${ready.accessToken}`, ...init.headers } })
        return EmulatedOrg.of({
          ...ready,
          org,
          bare,
          call,
          token: (form) =>
            bare("/services/oauth2/token", { method: "POST", body: new URLSearchParams(form) }),
          control: (path, body) => bare(`/emulator/${path}`, { method: "POST", body: JSON.stringify(body) }),
          insert: (object, rows) =>
            org.store.run(
              `INSERT INTO "${object}" BY NAME SELECT * FROM (VALUES ${rows
                .map((row) => `(${Object.values(row).map(sqlOf).join(", ")})`)
                .join(", ")}) rows(${Object.keys(rows[0] ?? {})
                .map((name) => `"${name}"`)
                .join(", ")})`
            )
        })
      })
    ).pipe(
      Layer.provide(
        emulator({
          port: 0,
          apiVersion: "68.0",
          dataset: "empty",
          rows: {},
          load: [],
          seed: 42,
          ...dataset,
          switches
        })
      )
    )
}

function sqlOf(value: unknown): string {
  if (value === null) return "NULL"
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value)
}
