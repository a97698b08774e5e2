/**
 * A private folder for what a commit cannot hold in memory. Spilled rows are personal data: the folder is 0700,
 * goes when its scope closes, and those of processes that were killed go the next time one is made.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"

const namePattern = /^decant-duckdb-(\d+)-/

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM"
  }
}

const sweep = async (): Promise<void> => {
  for (const name of await readdir(tmpdir())) {
    const pid = namePattern.exec(name)?.[1]
    if (pid === undefined || isRunning(Number(pid))) continue
    // Another user's folder is not ours to remove, and stays.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined)
  }
}

export const privateFolder = <E>(failure: (cause: unknown) => E): Effect.Effect<string, E, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => {
        await sweep()
        return await mkdtemp(join(tmpdir(), `decant-duckdb-${process.pid}-`))
      },
      catch: failure
    }),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }).catch(() => undefined))
  )
