/**
 * A worker of a cluster as far as its stored login goes: prints the access token that it has, and after each line of
 * input one that it has renewed. Arguments: the folder of the spec, the login host, the app; the cluster's URL comes
 * in DECANT_CLUSTER.
 */
import { createInterface } from "node:readline"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Redacted } from "effect"
import { sharedLogins } from "../../src/cluster/shared-logins.ts"
import { openLogin } from "../support/shared-login.ts"

const [folder = "", host = "", clientId = ""] = process.argv.slice(2)
const say = (text: string) => Effect.sync(() => process.stdout.write(`${text}\n`))

const work = Effect.gen(function* () {
  const session = yield* openLogin({ folder, host, clientId, env: process.env })
  let token = yield* session.token
  yield* say(Redacted.value(token.accessToken))
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  while (!(yield* Effect.promise(() => lines.next())).done) {
    token = yield* session.renew(token)
    yield* say(Redacted.value(token.accessToken))
  }
})

await Effect.runPromise(
  work.pipe(
    Effect.catch(({ code, message }) => say(`${code} ${message}`)),
    Effect.provide([
      NodeHttpClient.layerUndici,
      sharedLogins({ url: Redacted.make(process.env.DECANT_CLUSTER ?? ""), notice: say })
    ])
  )
)
