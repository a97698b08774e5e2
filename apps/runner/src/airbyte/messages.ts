/**
 * The Airbyte protocol's messages and the one way out of them: a line of JSON each on stdout, never two mixed,
 * however many streams are read at one time.
 *
 * https://docs.airbyte.com/platform/understanding-airbyte/airbyte-protocol
 */
import { once } from "node:events"
import { createReadStream } from "node:fs"
import type { Failure } from "@decant/connector"
import { Clock, Effect, Semaphore } from "effect"

type Level = "ERROR" | "WARN" | "INFO" | "DEBUG"
type StreamStatus = "STARTED" | "RUNNING" | "COMPLETE" | "INCOMPLETE"

export interface MessageSink {
  readonly send: (message: Readonly<Record<string, unknown>>) => Effect.Effect<void>
  /** Lines of a file, as they stand. */
  readonly sendFile: (path: string) => Effect.Effect<void>
  readonly log: (level: Level, message: string) => Effect.Effect<void>
  readonly status: (stream: string, status: StreamStatus, limited?: boolean) => Effect.Effect<void>
  readonly estimate: (stream: string, rows: number) => Effect.Effect<void>
  /** `stream` null is what concerns all of them. */
  readonly failed: (failure: Failure, stream: string | null) => Effect.Effect<void>
  /** The state of a stream, and how many of its records came since the state before. */
  readonly state: (stream: string, state: unknown, records: number) => Effect.Effect<void>
  /** When the last message went out, in milliseconds since 1970. */
  readonly lastAt: () => number
}

const failureType = ({ disposition, retryable }: Failure): string => {
  if (disposition === "spec" || disposition === "credentials") return "config_error"
  return retryable || disposition === "budget" || disposition === "locked"
    ? "transient_error"
    : "system_error"
}

const write = async (chunk: string | Buffer): Promise<void> => {
  if (!process.stdout.write(chunk)) await once(process.stdout, "drain")
}

const writeFile = async (path: string): Promise<void> => {
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) await write(chunk)
}

export const openMessages = (): MessageSink => {
  const turn = Semaphore.makeUnsafe(1)
  let lastAt = Date.now()
  const inTurn = (run: () => Promise<void>): Effect.Effect<void> =>
    // A line that has begun is ended, also when the platform stops the sync.
    turn.withPermit(
      Effect.uninterruptible(
        Effect.promise(async () => {
          await run()
          lastAt = Date.now()
        })
      )
    )
  const line = (text: string) => inTurn(() => write(`${text}\n`))
  const send: MessageSink["send"] = (message) => line(JSON.stringify(message))
  const trace = (type: string, of: Readonly<Record<string, unknown>>) =>
    Effect.flatMap(Clock.currentTimeMillis, (emitted_at) =>
      send({ type: "TRACE", trace: { type, emitted_at, ...of } })
    )
  return {
    send,
    sendFile: (path) => inTurn(() => writeFile(path)),
    log: (level, message) => send({ type: "LOG", log: { level, message } }),
    status: (stream, status, limited = false) =>
      trace("STREAM_STATUS", {
        stream_status: {
          stream_descriptor: { name: stream },
          status,
          ...(limited ? { reasons: [{ type: "RATE_LIMITED", rate_limited: {} }] } : {})
        }
      }),
    estimate: (stream, rows) =>
      trace("ESTIMATE", { estimate: { name: stream, type: "STREAM", row_estimate: rows } }),
    failed: (failure, stream) =>
      trace("ERROR", {
        error: {
          message: `${failure.message} ${failure.fix}`,
          internal_message: failure.code,
          failure_type: failureType(failure),
          ...(stream === null ? {} : { stream_descriptor: { name: stream } })
        }
      }),
    state: (stream, state, records) => {
      const text = JSON.stringify({
        type: "STREAM",
        stream: { stream_descriptor: { name: stream }, stream_state: state }
      })
      // The protocol's models of typed languages want a number with a decimal point here.
      return line(`{"type":"STATE","state":${text.slice(0, -1)},"sourceStats":{"recordCount":${records}.0}}}`)
    },
    lastAt: () => lastAt
  }
}
