/** Runs of the server: started and cancelled by hand, watched while they go on, looked up afterwards. */
import { DecantApi, type ServerEvent } from "@decant/api"
import { Duration, Effect, Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import type { RunRecord, StreamState } from "../serve/run-record.ts"
import { Runs, startedByPerson } from "../serve/runs.ts"
import { Schedules } from "../serve/schedules.ts"
import { ServeSettings } from "../serve/serve-settings.ts"
import { SpecShelf } from "../serve/spec-shelf.ts"
import { answering } from "./answer.ts"
import { logLine, runEvents, runSummary, wholeRun } from "./run-view.ts"

/** Streams of a run that goes on are known only to who watches it. */
const streamsOf = Effect.fnUntraced(function* (run: RunRecord) {
  if (run.report !== null || run.status !== "running") return []
  const runs = yield* Runs
  const state = yield* runs.events(run.runId).pipe(
    Stream.flatMap((event) => (event.type === "state" ? Stream.make(event.streams) : Stream.empty)),
    Stream.runHead,
    Effect.timeoutOption(Duration.seconds(5))
  )
  const none: ReadonlyArray<StreamState> = []
  if (state._tag === "None" || state.value._tag === "None") return none
  return state.value.value
})

const whole = Effect.fnUntraced(function* (id: string) {
  const runs = yield* Runs
  const run = yield* runs.get(id)
  return wholeRun(run, yield* streamsOf(run))
})

/** The server's id of an event is its place in the stream: whoever comes back gets the whole state first again. */
const numbered = <A>(events: Stream.Stream<A>) =>
  events.pipe(
    Stream.zipWithIndex,
    Stream.map(([data, index]) => ({ id: String(index + 1), event: "message", data }))
  )

/** A proxy ends a connection on which nothing comes. */
const beat = Duration.seconds(20)

export const runHandlers = HttpApiBuilder.group(
  DecantApi,
  "runs",
  Effect.fn(function* (handlers) {
    const runs = yield* Runs
    const shelf = yield* SpecShelf
    const schedules = yield* Schedules
    const { version } = yield* ServeSettings
    const hello: ServerEvent = { _tag: "hello", version }
    const connection = (name: string): ServerEvent => ({ _tag: "connection", connection: name })
    const serverEvents = Stream.mergeAll(
      [
        Stream.concat(Stream.make(hello), Stream.as(Stream.tick(beat), hello)),
        Stream.map(shelf.changes, ({ name }) => connection(name)),
        Stream.map(schedules.changes, connection),
        Stream.map(runs.changes, (run): ServerEvent => ({ _tag: "run", run: runSummary(run) }))
      ],
      { concurrency: "unbounded" }
    )
    return handlers.handleAll({
      list: ({ query }) =>
        answering(
          Effect.map(
            runs.list({
              spec: query.connection ?? null,
              limit: query.limit ?? 50,
              before: query.before ?? null
            }),
            (found) => found.map(runSummary)
          )
        ),
      start: ({ payload }) =>
        answering(
          Effect.gen(function* () {
            const id = yield* runs.start(payload.connection, {
              ...startedByPerson,
              only: payload.streams ?? [],
              fullRefresh: payload.fullRefresh ?? []
            })
            return runSummary(yield* runs.get(id))
          })
        ),
      get: ({ params }) => answering(whole(params.run)),
      events: ({ params }) =>
        answering(
          Effect.map(runs.get(params.run), () =>
            numbered(
              runs.events(params.run).pipe(
                Stream.flatMap((event) => Stream.fromIterable(runEvents(event))),
                Stream.orDie
              )
            )
          )
        ),
      log: ({ params }) => answering(Effect.map(runs.log(params.run), (lines) => lines.map(logLine))),
      cancel: ({ params }) =>
        answering(Effect.andThen(runs.cancel(params.run), Effect.map(runs.get(params.run), runSummary))),
      serverEvents: () => Effect.succeed(numbered(serverEvents))
    })
  })
)
