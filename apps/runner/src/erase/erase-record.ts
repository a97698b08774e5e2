/** Erases one record from a copy and from what its runs have left on disk, while no other run is at it. */
import { randomUUID } from "node:crypto"
import { existsSync } from "node:fs"
import type { CopySpec } from "@decant/connector"
import { type Duration, Effect, type Option } from "effect"
import { removeAll } from "../files.ts"
import { findDestination } from "../registry.ts"
import { RunnerError } from "../runner-error.ts"
import { runPaths, type SpecFile, verifyPaths } from "../spec-file.ts"
import { holdLock } from "../sync/lock-file.ts"
import type { Screen } from "../terminal/screen.ts"
import { fullId } from "./salesforce-id.ts"

export interface EraseRequest {
  readonly specFile: SpecFile<CopySpec>
  readonly screen: Screen
  readonly object: string
  readonly id: string
  readonly wait: Option.Option<Duration.Duration>
}

export const eraseRecord = Effect.fnUntraced(function* (request: EraseRequest) {
  const { specFile, screen } = request
  const { spec, folder } = specFile
  const paths = runPaths(specFile)
  const verify = verifyPaths(specFile)
  const lock = { runId: `erase-${randomUUID()}`, wait: request.wait, notice: screen.note }
  yield* holdLock({ ...lock, path: paths.lock })
  yield* holdLock({ ...lock, path: verify.lock })
  const connector = yield* findDestination(spec.destination.type)
  const destination = yield* connector.open({ spec, folder, orgId: null, notice: screen.note })
  const { streams } = yield* destination.checkpoints
  const wanted = request.object.toLowerCase()
  const stream = Object.keys(streams).find((name) => name.toLowerCase() === wanted) ?? request.object
  const id = fullId(request.id)
  const erasure = yield* destination.erase(stream, id)
  // Downloads of a run that was killed: the next run would throw them away as well.
  const spooled = [paths.spool, verify.spool].filter((path) => existsSync(path))
  for (const path of spooled) yield* removeAll(path)
  return { object: stream, id, ...erasure, spoolEmptied: spooled.length > 0 }
}, Effect.scoped)

export type ErasedRecord = Effect.Success<ReturnType<typeof eraseRecord>>

export const incomplete = (erased: ErasedRecord): RunnerError | null => {
  const left = erased.proof.filter(({ found }) => found > 0)
  return left.length === 0
    ? null
    : new RunnerError({
        code: "ERASE_INCOMPLETE",
        message: `Something of ${erased.object} ${erased.id} is still in ${left.map(({ place }) => place).join(", ")}.`,
        fix: "Run the command again; if it happens again, report it with the places that it names."
      })
}
