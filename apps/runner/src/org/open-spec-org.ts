/** The org of a spec for one command: opened when the command asks, closed when it ends. */
import { dirname } from "node:path"
import { type Org, openOrg } from "@decant/org"
import { Effect, Option } from "effect"
import { exitCode } from "../exit-code.ts"
import { readSpec, runPaths, type SpecFile } from "../spec-file.ts"
import type { Screen } from "../terminal/screen.ts"

export interface OrgCommand {
  readonly screen: Screen
  readonly file: string
  readonly as: Option.Option<string>
  /** For the log of writes: `decant record update` … */
  readonly by: string
}

export interface OpenedOrg extends OrgCommand {
  readonly org: Org
  readonly specFile: SpecFile
  readonly stateFolder: string
  /** What to do after Ctrl-C; a command that leaves something half done says it here. */
  readonly after: { fix: string }
}

/** Said here, since what an interrupted write leaves is not what an interrupted sync leaves. */
const interrupted = (screen: Screen, { fix }: OpenedOrg["after"]) =>
  Effect.suspend(() => {
    process.exitCode ??= exitCode.interrupted
    const document = { error: { code: "INTERRUPTED", message: "Interrupted.", fix } }
    return Effect.andThen(
      screen.complain(`Interrupted. ${fix}`),
      screen.json ? screen.answer(JSON.stringify(document)) : Effect.void
    )
  })

export const withOrg = <A, E, R>(command: OrgCommand, use: (opened: OpenedOrg) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const { screen } = command
    const after = { fix: "Run it again." }
    return Effect.gen(function* () {
      const specFile = yield* readSpec(command.file, process.env)
      for (const warning of specFile.warnings) yield* screen.note(`Warning: ${warning}`)
      const stateFolder = dirname(runPaths(specFile).checkpoint)
      const org = yield* openOrg({
        source: specFile.spec.source,
        folder: specFile.folder,
        connection: specFile.spec.name,
        stateFolder,
        by: command.by,
        ...(Option.isSome(command.as) ? { as: command.as.value } : {})
      })
      return yield* use({ ...command, org, specFile, stateFolder, after })
    }).pipe(
      Effect.scoped,
      Effect.onInterrupt(() => interrupted(screen, after))
    )
  })
