/** What every tool works with: the spec, the limits, and the org as the user of whoever asks. */
import { dirname } from "node:path"
import type { Org, OrgFailure } from "@decant/org"
import { Effect, type Fiber, RcMap, type Scope } from "effect"
import { runPaths, type SpecFile } from "../spec-file.ts"
import { openScreen, type Screen } from "../terminal/screen.ts"
import { TheCaller } from "./caller.ts"
import type { Limits } from "./limits.ts"

export interface DeskSettings {
  readonly specFile: SpecFile
  readonly limits: Limits
  /** Objects that may be changed; null when nothing may. */
  readonly writable: ReadonlyArray<string> | null
  /** The copy may be brought up to date. */
  readonly syncs: boolean
}

export interface Desk extends DeskSettings {
  /** As the caller's user; stays open for the next call. */
  readonly org: Effect.Effect<Org, OrgFailure, TheCaller | Scope.Scope>
  /** Notes of a sync or a proof go nowhere: stdout is the protocol's, and nobody looks at stderr. */
  readonly screen: Screen
  /** Goes on after the call that started it, and ends with the server. */
  readonly background: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<Fiber.Fiber<A, E>, never, R>
  /** Where loads are remembered and writes logged. */
  readonly stateFolder: string
}

/** Logins of users who ask no more are closed. */
const idle = "15 minutes"

export const openDesk = Effect.fnUntraced(function* (settings: DeskSettings) {
  const { spec, folder } = settings.specFile
  const stateFolder = dirname(runPaths(settings.specFile).checkpoint)
  const orgs = yield* RcMap.make({
    lookup: (key: string) => {
      const { name, username }: { name: string; username: string | null } = JSON.parse(key)
      return Effect.flatMap(
        Effect.promise(() => import("@decant/org")),
        ({ openOrg }) =>
          openOrg({
            source: spec.source,
            folder,
            connection: spec.name,
            stateFolder,
            by: `decant mcp, ${name}`,
            ...(username === null ? {} : { as: username })
          })
      )
    },
    idleTimeToLive: idle
  })
  const scope = yield* Effect.scope
  const desk: Desk = {
    ...settings,
    background: (work) => Effect.forkIn(work, scope),
    stateFolder,
    screen: openScreen({ json: false, quiet: true }),
    org: Effect.flatMap(TheCaller, ({ name, username }) =>
      RcMap.get(orgs, JSON.stringify({ name, username }))
    )
  }
  return desk
})
