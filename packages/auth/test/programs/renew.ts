/**
 * A process of its own that renews a stored login as often as told, and prints each access token. Arguments:
 * the folder of the spec, the login host, how often. The client secret comes in CLIENT_SECRET.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Redacted } from "effect"
import { openSession } from "../../src/index.ts"
import { sourceWith } from "../sources.ts"

const [folder = "", host = "", times = "1"] = process.argv.slice(2)

const auth = {
  method: "oauth" as const,
  clientId: "3MVG9client",
  ...(process.env.CLIENT_SECRET ? { clientSecret: { env: "CLIENT_SECRET" } } : {})
}

await Effect.runPromise(
  Effect.gen(function* () {
    const session = yield* openSession({ source: sourceWith(host, auth), folder, connection: "acme" })
    let token = yield* session.token
    for (let count = 0; count < Number(times); count++) {
      token = yield* session.renew(token)
      yield* Effect.sync(() => process.stdout.write(`${Redacted.value(token.accessToken)}\n`))
    }
  }).pipe(
    Effect.catch((error) =>
      Effect.sync(() => {
        process.stdout.write(`${error.code} ${error.message}\n`)
        process.exitCode = 1
      })
    ),
    Effect.provide(NodeHttpClient.layerUndici)
  )
)
