/** What each command of the protocol does. True when it came to its end. */
import type { CheckLine, Failure } from "@decant/connector"
import { Effect } from "effect"
import { airbyteStream } from "./catalog.ts"
import { connectionSpecification } from "./connection-specification.ts"
import { readConnectorConfig } from "./connector-config.ts"
import type { MessageSink } from "./messages.ts"
import { openOrg } from "./open-org.ts"
import { readAll } from "./read-all.ts"

export { openMessages } from "./messages.ts"

type Action = Effect.Effect<boolean, Failure>

export const sendSpec = (out: MessageSink): Action =>
  Effect.as(
    out.send({
      type: "SPEC",
      spec: { protocol_version: "0.2.0", connectionSpecification }
    }),
    true
  )

const lineText = ({ name, detail, failure }: CheckLine): string =>
  failure === null ? `${name}: ${detail}` : `${name}: ${detail} ${failure.fix}`

export const check = (config: string, out: MessageSink): Action => {
  const answer = (status: "SUCCEEDED" | "FAILED", message?: string) =>
    out.send({
      type: "CONNECTION_STATUS",
      connectionStatus: { status, ...(message === undefined ? {} : { message }) }
    })
  return Effect.gen(function* () {
    const read = yield* readConnectorConfig(config)
    const { source } = yield* openOrg(read, read.specFile.spec, out)
    const lines = yield* source.check
    for (const line of lines) if (line.status === "warn") yield* out.log("WARN", lineText(line))
    const failed = lines.filter(({ status }) => status === "fail")
    yield* failed.length === 0 ? answer("SUCCEEDED") : answer("FAILED", failed.map(lineText).join("\n"))
    return true
  }).pipe(
    Effect.scoped,
    // Wrong credentials are an answer, not an accident.
    Effect.catch((failure: Failure) => Effect.as(answer("FAILED", `${failure.message} ${failure.fix}`), true))
  )
}

export const discover = (config: string, out: MessageSink): Action =>
  Effect.gen(function* () {
    const read = yield* readConnectorConfig(config)
    const { source } = yield* openOrg(read, read.specFile.spec, out)
    const plans = yield* source.plan({ checkpoints: {}, only: [], fullRefresh: [] })
    for (const plan of plans) {
      if (plan.status === "skipped") yield* out.log("INFO", `${plan.stream} is left out: ${plan.reason}`)
      if (plan.status === "failed") {
        yield* out.log("WARN", `${plan.stream} is left out: ${plan.failure.message}`)
      }
    }
    const streams = plans.flatMap((plan) => (plan.status === "ready" ? [airbyteStream(plan)] : []))
    yield* out.send({ type: "CATALOG", catalog: { streams } })
    return true
  }).pipe(Effect.scoped)

export const read = (
  config: string,
  files: { readonly catalog: string; readonly state: string | null },
  out: MessageSink
): Action =>
  Effect.gen(function* () {
    return yield* readAll(yield* readConnectorConfig(config), files, out)
  }).pipe(Effect.scoped)
