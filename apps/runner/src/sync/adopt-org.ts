/**
 * Another org stands behind the spec from now on, as after a sandbox refresh: the tables of the old one are kept
 * under names that tell whose they are, and the new one is read from the beginning.
 */
import { rename } from "node:fs/promises"
import { Effect } from "effect"
import { findDestination } from "../registry.ts"
import { RunnerError } from "../runner-error.ts"
import { runPaths, type SpecFile } from "../spec-file.ts"
import type { Screen } from "../terminal/screen.ts"
import { readMirror } from "./checkpoint-file.ts"

const asideFile = (path: string, orgId: string): string => `${path.replace(/\.json$/, "")}.${orgId}.json`

const setTablesAside = Effect.fnUntraced(function* (specFile: SpecFile, screen: Screen, orgId: string) {
  const { spec, folder } = specFile
  const connector = yield* findDestination(spec.destination.type)
  const destination = yield* connector.open({ spec, folder, orgId: null, notice: screen.note })
  const held = (yield* destination.checkpoints).orgId
  return held === null || held === orgId ? null : { held, tables: yield* destination.setAside }
}, Effect.scoped)

export const adoptOrg = Effect.fnUntraced(function* (
  { specFile, screen }: { readonly specFile: SpecFile; readonly screen: Screen },
  orgId: string
) {
  const aside = yield* setTablesAside(specFile, screen, orgId)
  const { checkpoint } = runPaths(specFile)
  const mirror = yield* readMirror(checkpoint, null)
  // After the tables: cut off between the two, the same command goes on.
  if (mirror !== null && mirror.orgId !== orgId) {
    yield* Effect.tryPromise({
      try: () => rename(checkpoint, asideFile(checkpoint, mirror.orgId)),
      catch: (cause) => RunnerError.file("rename", checkpoint, cause)
    })
  }
  yield* screen.note(
    aside === null
      ? `The copy holds no other org than ${orgId}: there is nothing to set aside.`
      : `Org ${orgId} takes the place of ${aside.held}, whose tables are kept as ${aside.tables.join(", ")}.`
  )
})
