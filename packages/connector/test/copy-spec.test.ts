/** Looking into the copy must not need the credentials of the source. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { decodeCopySpec, decodeSpec } from "../src/index.ts"

const text = `version: 1
name: acme
source:
  type: salesforce
  environment: \${SALESFORCE_URL}
  auth: { method: client-credentials, clientId: "\${CLIENT_ID}", clientSecret: "\${CLIENT_SECRET}" }
  streams: [{ object: Account }]
destination: { type: duckdb, path: "\${DATA}/acme.duckdb" }
alerts: [{ webhook: "\${ALERT_URL}" }]
`

describe("a spec read for its copy", () => {
  it.effect("needs no variable of the source", () =>
    Effect.gen(function* () {
      const { spec } = yield* decodeCopySpec({ file: "decant.yaml", text, env: { DATA: "/data" } })
      assert.strictEqual(spec.name, "acme")
      assert.strictEqual(spec.destination.type === "duckdb" && spec.destination.path, "/data/acme.duckdb")
    })
  )

  it.effect("still needs the variables of the destination", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(decodeCopySpec({ file: "decant.yaml", text, env: {} }))
      assert.include(error.message, "line 8: destination.path: the environment variable DATA is not set")
      assert.notInclude(error.message, "SALESFORCE_URL")
      assert.notInclude(error.message, "ALERT_URL")
    })
  )

  it.effect("says once that a variable is not set", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(decodeSpec({ file: "decant.yaml", text, env: { DATA: "." } }))
      assert.lengthOf(error.message.match(/source\.environment/g) ?? [], 1)
      assert.include(error.message, "the environment variable SALESFORCE_URL is not set")
    })
  )

  it.effect("still refuses unknown keys", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        decodeCopySpec({ file: "decant.yaml", text: `${text}sorce: 1\n`, env: { DATA: "." } })
      )
      assert.include(error.message, "did you mean `source`?")
    })
  )
})
