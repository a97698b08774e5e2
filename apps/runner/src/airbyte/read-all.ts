/**
 * `decant airbyte read`: every configured stream, eight at a time. A stream's failure stays its own; each ends with
 * exactly one of COMPLETE and INCOMPLETE.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { maskKey } from "@decant/auth"
import { ConnectorError, type Failure, type Spec, type StreamPlan } from "@decant/connector"
import { openRecordLines } from "@decant/destinations/records"
import { Cause, Effect, Exit, Schedule, Schema } from "effect"
import { makePrivateFolder, readText } from "../files.ts"
import { RunnerError } from "../runner-error.ts"
import { ConfiguredCatalog, type ConfiguredStream } from "./catalog.ts"
import { type ConnectorConfig, onlyStreams } from "./connector-config.ts"
import type { MessageSink } from "./messages.ts"
import { openOrg } from "./open-org.ts"
import { checkOrg, planWanted, type WantedStream, wantedStream } from "./read-plan.ts"
import { readStreamOut, type StreamOutput } from "./read-stream.ts"
import { ownState, readStandings, type Standings } from "./state.ts"

const streamsAtOnce = 8

/** The platform takes a source that says nothing for dead; jobs of Salesforce may take an hour. */
const quietMillis = 60_000

const decodeCatalog = Schema.decodeUnknownEffect(Schema.fromJsonString(ConfiguredCatalog))

const readCatalog = Effect.fnUntraced(function* (file: string) {
  const text = yield* readText(file)
  if (text === null) return yield* ConnectorError.specNotFound(file)
  return yield* decodeCatalog(text).pipe(
    Effect.mapError((error) =>
      RunnerError.usage(`${file} is no configured catalog: ${error.message}`, "Configure the streams again.")
    )
  )
})

const readState = Effect.fnUntraced(function* (
  file: string | null,
  streams: ReadonlyArray<ConfiguredStream>
): Effect.fn.Return<Standings, ConnectorError | RunnerError> {
  const text = file === null ? null : yield* readText(file)
  if (file === null || text === null || text.trim() === "") return new Map()
  const cursorFieldOf = (name: string): string =>
    streams.find(({ stream }) => stream.name === name)?.stream.default_cursor_field?.[0] ?? "SystemModstamp"
  return yield* readStandings(file, text, cursorFieldOf)
})

/** Another key in each container would make equal values unequal, and nobody would notice. */
const maskKeys = Effect.fnUntraced(function* (spec: Spec, folder: string) {
  if (!spec.source.streams.some(({ mask }) => Object.values(mask ?? {}).includes("hmac"))) return {}
  const file = join(folder, ".decant", "masks", `${spec.name}.jwe`)
  if ((yield* readText(file)) === null) {
    return yield* RunnerError.usage(
      `Columns are masked by \`hmac\`, and their key ${file} is not there.`,
      "Bring the key that `decant sync` made into the container, with DECANT_KEY; or mask by `drop`."
    )
  }
  return { [spec.name]: yield* maskKey({ folder, env: process.env }, spec.name) }
})

const spoolFolder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "decant-airbyte-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

const heartbeat = (out: MessageSink) =>
  Effect.suspend(() =>
    Date.now() - out.lastAt() < quietMillis
      ? Effect.void
      : out.log("INFO", "Waiting for Salesforce; nothing came in the last minute.")
  ).pipe(Effect.repeat(Schedule.spaced(quietMillis / 4)))

const failureOf = (cause: Cause.Cause<Failure>): Failure => {
  const failure = Cause.findErrorOption(cause)
  return failure._tag === "Some" ? failure.value : RunnerError.internal(Cause.squash(cause))
}

const skipped = (stream: string, reason: string): Failure =>
  RunnerError.usage(`${stream} cannot be read: ${reason}`, "Take the stream out of the connection.")

const endBadly = Effect.fnUntraced(function* (out: MessageSink, stream: string, failure: Failure) {
  if (failure.disposition === "budget") yield* out.status(stream, "RUNNING", true)
  yield* out.failed(failure, stream)
  yield* out.status(stream, "INCOMPLETE")
  return false
})

/** Whether the stream came to its end. */
const readOne = Effect.fnUntraced(function* (plan: StreamPlan, to: StreamOutput) {
  const { out } = to
  yield* out.status(plan.stream, "STARTED")
  if (plan.status === "skipped") return yield* endBadly(out, plan.stream, skipped(plan.stream, plan.reason))
  if (plan.status === "failed") return yield* endBadly(out, plan.stream, plan.failure)
  for (const warning of plan.warnings) yield* out.log("WARN", warning)
  const folder = join(to.spool, plan.stream)
  yield* makePrivateFolder(folder).pipe(Effect.orDie)
  const exit = yield* Effect.exit(readStreamOut(plan, { ...to, spool: folder }))
  if (Exit.isFailure(exit)) {
    if (Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.interrupt
    return yield* endBadly(out, plan.stream, failureOf(exit.cause))
  }
  yield* out.status(plan.stream, "COMPLETE")
  return true
})

/** A full refresh that an earlier attempt of the same job has finished. */
const sayDone = Effect.fnUntraced(function* (
  wanted: WantedStream,
  orgId: string,
  standings: Standings,
  out: MessageSink
) {
  const standing = standings.get(wanted.name)
  yield* out.status(wanted.name, "STARTED")
  if (standing !== undefined) yield* out.state(wanted.name, ownState(orgId, standing), 0)
  yield* out.status(wanted.name, "COMPLETE")
})

export const readAll = Effect.fnUntraced(function* (
  config: ConnectorConfig,
  files: { readonly catalog: string; readonly state: string | null },
  out: MessageSink
) {
  const { streams } = yield* readCatalog(files.catalog)
  const standings = yield* readState(files.state, streams)
  const spec = onlyStreams(
    config.specFile.spec,
    streams.map(({ stream }) => stream.name)
  )
  const { source, tellToken } = yield* openOrg(config, spec, out)
  const { orgId } = source.identity
  yield* checkOrg(files.state ?? "", orgId, standings)
  const lines = yield* openRecordLines(yield* maskKeys(spec, config.specFile.folder))
  const spool = yield* spoolFolder
  yield* Effect.forkScoped(heartbeat(out))
  const wanted = streams.map((configured) => wantedStream(configured, standings.get(configured.stream.name)))
  for (const one of wanted) if (one.isDone) yield* sayDone(one, orgId, standings, out)
  const plans = yield* planWanted(source, wanted)
  const ends = yield* Effect.forEach(
    plans,
    (plan) => {
      const generationId = wanted.find(({ name }) => name === plan.stream)?.generationId ?? null
      return readOne(plan, { out, source, lines, spool, generationId, tellToken })
    },
    { concurrency: streamsAtOnce }
  )
  return ends.every((done) => done)
})
