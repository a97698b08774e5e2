/** A private folder for the pages of one test; it goes with the test. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"

export const spoolFolder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "decant-source-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true }))
)
