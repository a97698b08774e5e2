/** `decant status`: how fresh each stream is, the last runs, what changed in the org. Needs no login. */
import { Clock, Effect, Option, type Redacted } from "effect"
import { Command } from "effect/cli"
import { findDestination } from "../registry.ts"
import { readCopySpec } from "../spec-file.ts"
import { copyStatus } from "../status/copy-status.ts"
import { statusText } from "../status/status-text.ts"
import type { Screen } from "../terminal/screen.ts"
import { clusterFlag, theCluster } from "./cluster-flag.ts"
import { specArgument, theScreen, theSpecFile } from "./flags.ts"

/** Without a spec: the cluster knows what its runs are of. */
const showCluster = Effect.fnUntraced(function* (url: Redacted.Redacted, screen: Screen) {
  const [{ clusterStatus, encodeStatus }, { clusterStatusText }, { clusterDatabase, placeOf, unreachable }] =
    yield* Effect.promise(() =>
      Promise.all([
        import("../cluster/cluster-status.ts"),
        import("../cluster/cluster-status-text.ts"),
        import("../cluster/cluster-database.ts")
      ])
    )
  const found = yield* clusterStatus.pipe(
    Effect.provide(clusterDatabase(url)),
    Effect.catchTag("SqlError", (error) => Effect.fail(unreachable(url, error.message)))
  )
  yield* screen.answer(
    screen.json
      ? JSON.stringify(encodeStatus(found))
      : clusterStatusText(found, { place: placeOf(url), surface: screen.out })
  )
})

export const status = Command.make(
  "status",
  { spec: specArgument, cluster: clusterFlag },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    if (Option.isSome(input.cluster)) {
      return yield* showCluster(yield* theCluster(input.cluster, screen), screen)
    }
    const { spec, folder } = yield* readCopySpec(yield* theSpecFile(input.spec), process.env)
    const connector = yield* findDestination(spec.destination.type)
    const destination = yield* connector.open({ spec, folder, orgId: null, notice: screen.note })
    const now = yield* Clock.currentTimeMillis
    const found = yield* copyStatus({ name: spec.name, destination, now })
    yield* screen.answer(screen.json ? JSON.stringify(found) : statusText(found, screen.out))
    if (found.orgId === null) yield* screen.note("`decant sync` makes the copy.")
  }, Effect.scoped)
).pipe(
  Command.withDescription("See how fresh the copy is, the last runs, and what changed in the org"),
  Command.withExamples([
    { command: "decant status acme.yaml", description: "How fresh is it?" },
    {
      command: "decant status acme.yaml --json | jq '.streams[] | select(.ageSeconds > 3600)'",
      description: "For an alarm"
    },
    {
      command: "decant status --cluster postgres://decant@db.acme.example/decant",
      description: "Which worker does what"
    }
  ])
)
