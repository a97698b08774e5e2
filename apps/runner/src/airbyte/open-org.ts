/**
 * The source behind the protocol, logged in. A refresh token that the app has replaced is told to the platform at
 * once, since the one that it holds works no more.
 */
import { type CarriedLogin, carryLogin } from "@decant/auth"
import type { Spec } from "@decant/connector"
import { Clock, Effect, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { findSource } from "../registry.ts"
import type { ConnectorConfig } from "./connector-config.ts"
import type { MessageSink } from "./messages.ts"

const carried = (config: ConnectorConfig) => {
  const { spec, folder } = config.specFile
  const { auth } = spec.source
  if (config.refreshToken === null || auth.method !== "oauth") return Effect.succeed(null)
  return carryLogin(
    { source: { ...spec.source, auth }, folder, connection: spec.name },
    config.refreshToken
  ).pipe(Effect.provide(FetchHttpClient.layer))
}

/** Tells of each new token once. */
const teller = (config: ConnectorConfig, login: CarriedLogin | null, out: MessageSink) => {
  let told = config.refreshToken === null ? "" : Redacted.value(config.refreshToken)
  if (login === null) return Effect.void
  return Effect.gen(function* () {
    const current = yield* login.current
    if (Redacted.value(current) === told) return
    told = Redacted.value(current)
    yield* out.send({
      type: "CONTROL",
      control: {
        type: "CONNECTOR_CONFIG",
        emitted_at: yield* Clock.currentTimeMillis,
        connectorConfig: { config: config.withRefreshToken(current) }
      }
    })
  })
}

export const openOrg = Effect.fnUntraced(function* (config: ConnectorConfig, spec: Spec, out: MessageSink) {
  const tellToken = teller(config, yield* carried(config), out)
  yield* tellToken
  const connector = yield* findSource(spec.source.type)
  const source = yield* connector.open({ spec, folder: config.specFile.folder })
  return { source, tellToken }
})
