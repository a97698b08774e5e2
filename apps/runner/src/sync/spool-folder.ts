/**
 * Where downloads lie until they are committed: beside the checkpoint file, readable by us alone, since it
 * holds the rows of the org. Each stream has a folder in it; all is emptied when a run begins and ends.
 */
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { listFolder, makePrivateFolder, removeAll } from "../files.ts"
import type { RunnerError } from "../runner-error.ts"

export interface Spool {
  /** An existing folder of this stream's own. */
  readonly folderOf: (stream: string) => Effect.Effect<string, RunnerError>
}

const empty = Effect.fnUntraced(function* (folder: string) {
  for (const name of yield* listFolder(folder)) yield* removeAll(join(folder, name))
})

export const openSpool = (folder: string): Effect.Effect<Spool, RunnerError, Scope.Scope> =>
  Effect.acquireRelease(makePrivateFolder(folder).pipe(Effect.andThen(empty(folder))), () =>
    removeAll(folder).pipe(Effect.ignore)
  ).pipe(
    Effect.as({
      folderOf: (stream) => {
        const own = join(folder, stream)
        return makePrivateFolder(own).pipe(Effect.as(own))
      }
    })
  )
