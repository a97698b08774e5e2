/**
 * Streams that Airbyte has kept so far: a copy that does not have them yet begins with what has changed since its
 * state, and says that earlier rows are not in it.
 */
import type { StreamCheckpoint } from "@decant/connector"
import { Effect } from "effect"
import { readText } from "../files.ts"
import { RunnerError } from "../runner-error.ts"

export type Beginnings = Readonly<Record<string, StreamCheckpoint>>

export const readBeginnings = Effect.fnUntraced(function* (file: string) {
  const { readStandings } = yield* Effect.promise(() => import("../airbyte/state.ts"))
  const text = yield* readText(file)
  if (text === null) {
    return yield* RunnerError.usage(
      `There is no state file ${file}.`,
      "Name the file that Airbyte keeps, or none."
    )
  }
  return yield* readStandings(file, text, () => "SystemModstamp")
})
export type Standings = Effect.Success<ReturnType<typeof readBeginnings>>

/** Of a window that was open, rows have gone to Airbyte and not here: it is read anew, by the copy's own first job. */
export const beginningsOf = Effect.fnUntraced(function* (file: string, standings: Standings, orgId: string) {
  const { checkOrg } = yield* Effect.promise(() => import("../airbyte/read-plan.ts"))
  yield* checkOrg(file, orgId, standings)
  const found = [...standings].flatMap(([stream, { checkpoint }]) =>
    checkpoint.phase === "incremental" && checkpoint.cursor !== null
      ? [[stream, { ...checkpoint, version: 0, generation: 1, work: [], rows: 0 }] as const]
      : []
  )
  const beginnings: Beginnings = Object.fromEntries(found)
  return beginnings
})

export const beginningNote = (stream: string, { cursor }: StreamCheckpoint): string =>
  `${stream} begins with what has changed since ${cursor}: rows from before are not in the copy. \`decant verify --repair\` fetches them.`
