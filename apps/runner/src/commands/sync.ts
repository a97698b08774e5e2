/** `decant sync`: the main job. */
import { DurationText } from "@decant/connector"
import { type Duration, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { exitCodeOfRun } from "../exit-code.ts"
import {
  closingSentence,
  failureLines,
  reportTable,
  warningLines,
  workersTable
} from "../progress/report-table.ts"
import { timingsTable } from "../progress/timings-table.ts"
import { RunnerError } from "../runner-error.ts"
import { readSpec } from "../spec-file.ts"
import { executeRun, prepareRun, type RunRequest } from "../sync/run-sync.ts"
import type { Screen } from "../terminal/screen.ts"
import { wrapped } from "../terminal/wrap.ts"
import { asTyped } from "./as-typed.ts"
import { clusterFlag, theCluster } from "./cluster-flag.ts"
import { memoryFlag, specArgument, theScreen, theSpecFile } from "./flags.ts"
import { shellSafe } from "./shell-safe.ts"
import { showPlan } from "./show-plan.ts"

/** What a run leaves on the screen. */
const showReport = Effect.fnUntraced(function* (
  screen: Screen,
  outcome: Pick<Effect.Success<ReturnType<typeof executeRun>>, "report">,
  of: { readonly location: string; readonly again: string }
) {
  const { report } = outcome
  for (const line of failureLines(report, screen.err)) yield* screen.complain(line)
  for (const line of warningLines(report, screen.err)) yield* screen.note(line)
  if (screen.json) return yield* screen.answer(JSON.stringify(report))
  if (screen.quiet) return
  const sentence = closingSentence(report, of)
  const timed = report.streams.some(({ timings }) => timings !== undefined)
  const { workers } = report
  const tables = [
    reportTable(report, screen.out),
    ...(timed ? [timingsTable(report, screen.out)] : []),
    ...(workers === undefined ? [] : [workersTable(workers, screen.out)])
  ]
  yield* screen.answer(`\n${tables.join("\n\n")}\n\n${wrapped(sentence, screen.out)}`)
})

/**
 * Syncs as the command does, and shows it. Not interruptible as a whole: what is interrupted are the steps
 * before the first stream, and the streams themselves; the report is shown in any case.
 */
export const syncAndShow = (request: RunRequest & { readonly wait: Option.Option<Duration.Duration> }) =>
  Effect.uninterruptible(
    Effect.scoped(
      Effect.gen(function* () {
        const { screen, specFile } = request
        const prepared = yield* Effect.interruptible(prepareRun(request))
        const outcome = yield* executeRun(prepared)
        yield* showReport(screen, outcome, {
          location: asTyped(prepared.destination.location),
          again: `decant sync ${shellSafe(specFile.file)}`
        })
        // Set here, since an interrupted run ends as an interruption once it may.
        const exitCode = exitCodeOfRun(outcome.report.status, outcome.dispositions)
        process.exitCode = exitCode
        return { report: outcome.report, exitCode }
      })
    )
  )

/** `Account.Industry`; what follows the first dot may be a path of its own. */
const fieldOfStream = (text: string) => {
  const dot = text.indexOf(".")
  return dot > 0 && dot < text.length - 1
    ? Effect.succeed({ stream: text.slice(0, dot), field: text.slice(dot + 1) })
    : Effect.fail(
        RunnerError.usage(
          `\`--backfill ${text}\` names no field.`,
          "Write stream and field with a dot: `--backfill Account.Industry`."
        )
      )
}

/** What only the process that reads can do. */
const refuseOnCluster = (input: {
  readonly backfill: ReadonlyArray<string>
  readonly adoptOrg: boolean
  readonly dryRun: boolean
  readonly timings: boolean
  readonly state: Option.Option<string>
  readonly wait: Option.Option<Duration.Duration>
}) => {
  const given = [
    input.backfill.length > 0 ? "--backfill" : null,
    input.adoptOrg ? "--adopt-org" : null,
    input.dryRun ? "--dry-run" : null,
    input.timings ? "--timings" : null,
    Option.isSome(input.state) ? "--state" : null,
    Option.isSome(input.wait) ? "--wait" : null
  ].find((flag) => flag !== null)
  return given === undefined
    ? Effect.void
    : Effect.fail(
        RunnerError.usage(
          `\`${given}\` does not go with \`--cluster\`.`,
          "Run the sync without `--cluster` on one machine; the workers go on from what it committed."
        )
      )
}

const adoptsNothing = RunnerError.usage(
  "`--dry-run` changes nothing, and `--adopt-org` would set tables aside.",
  "Give one of them."
)

export const sync = Command.make(
  "sync",
  {
    spec: specArgument,
    streams: Flag.String("stream").pipe(
      Flag.withMetavar("S"),
      Flag.withDescription("Only this stream (may be repeated)"),
      Flag.atLeast(0)
    ),
    fullRefresh: Flag.String("full-refresh").pipe(
      Flag.withMetavar("S"),
      Flag.withDescription("Read this stream again from the beginning (may be repeated)"),
      Flag.atLeast(0)
    ),
    backfill: Flag.String("backfill").pipe(
      Flag.withMetavar("S.FIELD"),
      Flag.withDescription("Read this field again of all rows (may be repeated)"),
      Flag.atLeast(0)
    ),
    adoptOrg: Flag.Boolean("adopt-org").pipe(
      Flag.withDescription(
        "Go on with another org than before, as after a sandbox refresh; the old one's tables are kept aside"
      ),
      Flag.withDefault(false)
    ),
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Show what would be read; change nothing"),
      Flag.withDefault(false)
    ),
    memory: memoryFlag,
    timings: Flag.Boolean("timings").pipe(
      Flag.withDescription("Say where each stream's time went"),
      Flag.withDefault(false)
    ),
    state: Flag.String("state").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription(
        "Streams that the copy has not begin where this state of Airbyte ended, not at their first row"
      ),
      Flag.optional
    ),
    cluster: clusterFlag,
    wait: Flag.String("wait").pipe(
      Flag.withMetavar("10m"),
      Flag.withDescription("How long to wait for another run that is at it"),
      Flag.withSchema(DurationText),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const specFile = yield* readSpec(yield* theSpecFile(input.spec), process.env)
    for (const warning of specFile.warnings) yield* screen.note(`Warning: ${warning}`)
    const request: RunRequest = {
      specFile,
      screen,
      only: input.streams,
      fullRefresh: input.fullRefresh,
      backfill: yield* Effect.forEach(input.backfill, fieldOfStream),
      adoptOrg: input.adoptOrg,
      memory: input.memory,
      timings: input.timings,
      ...(Option.isSome(input.state) ? { state: input.state.value } : {})
    }
    if (Option.isSome(input.cluster)) {
      yield* refuseOnCluster(input)
      const url = yield* theCluster(input.cluster, screen)
      const { syncOnWorkers } = yield* Effect.promise(() => import("./sync-on-workers.ts"))
      return yield* syncOnWorkers(request, url, showReport)
    }
    if (input.dryRun && input.adoptOrg) return yield* adoptsNothing
    if (input.dryRun) return yield* showPlan(request)
    yield* syncAndShow({ ...request, wait: input.wait })
  })
).pipe(
  Command.withDescription("Bring the copy up to date with Salesforce: the main job"),
  Command.withExamples([
    { command: "decant sync", description: "Sync ./decant.yaml" },
    { command: "decant sync acme.yaml --stream Account --stream Contact", description: "Only two streams" },
    {
      command: "decant sync acme.yaml --full-refresh Opportunity",
      description: "Read one again from scratch"
    },
    {
      command: "decant sync acme.yaml --backfill Account.Industry",
      description: "Read one field of all rows"
    },
    { command: "decant sync acme.yaml --dry-run", description: "Show the plan, change nothing" },
    {
      command: "decant sync acme.yaml --cluster postgres://decant@db.acme.example/decant",
      description: "By the workers of a cluster"
    },
    { command: "decant sync acme.yaml --wait 10m --json > report.json", description: "In a scheduler" }
  ])
)
