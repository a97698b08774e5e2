/** `decant status`: how fresh each stream is, the last runs, what changed in the org. Needs no login. */
import { Clock, Effect } from "effect"
import { Command } from "effect/cli"
import { findDestination } from "../registry.ts"
import { readCopySpec } from "../spec-file.ts"
import { copyStatus } from "../status/copy-status.ts"
import { statusText } from "../status/status-text.ts"
import { specArgument, theScreen, theSpecFile } from "./flags.ts"

export const status = Command.make(
  "status",
  { spec: specArgument },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
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
    }
  ])
)
