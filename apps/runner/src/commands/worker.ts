/** `decant worker`: one of several processes that share syncs. */
import { Effect, Option, Schema } from "effect"
import { Command, Flag, GlobalFlag } from "effect/cli"
import { clusterFlag, theCluster } from "./cluster-flag.ts"
import { logFormatFlag, memoryFlag, theScreen } from "./flags.ts"
import { placeArgument, thePlace } from "./spec-place.ts"

export const worker = Command.make(
  "worker",
  {
    place: placeArgument,
    cluster: clusterFlag,
    name: Flag.String("name").pipe(
      Flag.withMetavar("NAME"),
      Flag.withDescription("What `decant status --cluster` calls it (default: host and process)"),
      Flag.optional
    ),
    concurrency: Flag.Int("concurrency").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription("How many streams and parts it reads at one time"),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 16 }))),
      Flag.withDefault(2)
    ),
    memory: memoryFlag,
    logFormat: logFormatFlag
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const place = yield* thePlace(input.place)
    const url = yield* theCluster(input.cluster, screen)
    const logLevel = yield* GlobalFlag.LogLevel
    const [{ runWorker }, { defaultLogFormat }] = yield* Effect.promise(() =>
      Promise.all([import("../cluster/worker-program.ts"), import("../serve/log-lines.ts")])
    )
    const logFormat = Option.getOrElse(input.logFormat, defaultLogFormat)
    return yield* runWorker({
      screen,
      url,
      place,
      name: input.name,
      atOnce: input.concurrency,
      memory: input.memory,
      logFormat,
      logLevel
    })
  })
).pipe(
  Command.withDescription("Share syncs with other workers, on this machine or others, through a Postgres"),
  Command.withExamples([
    {
      command: "decant worker /srv/decant --cluster postgres://decant@db.acme.example/decant",
      description: "On each machine, with the same specs"
    },
    {
      command: "decant sync acme.yaml --cluster postgres://decant@db.acme.example/decant",
      description: "Has them sync"
    },
    {
      command: "decant status --cluster postgres://decant@db.acme.example/decant",
      description: "Who does what"
    }
  ])
)
