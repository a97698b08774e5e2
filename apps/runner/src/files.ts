/** Small files that must be whole or not there, and folders that only we may read. */
import { chmod, type FileHandle, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect, Stream } from "effect"
import { RunnerError } from "./runner-error.ts"

const hasCode = (cause: unknown, ...codes: ReadonlyArray<string>): boolean =>
  cause instanceof Error && "code" in cause && codes.includes(String(cause.code))

const attempt = <A>(doing: string, path: string, run: () => Promise<A>): Effect.Effect<A, RunnerError> =>
  Effect.tryPromise({ try: run, catch: (cause) => RunnerError.file(doing, path, cause) })

/** Null when there is no such file. */
export const readText = (path: string): Effect.Effect<string | null, RunnerError> =>
  attempt("read", path, async () => {
    try {
      return await readFile(path, "utf8")
    } catch (cause) {
      if (hasCode(cause, "ENOENT", "ENOTDIR")) return null
      throw cause
    }
  })

const syncFolder = async (folder: string): Promise<void> => {
  // Windows cannot open a folder; its file system orders renames by itself.
  if (process.platform === "win32") return
  const handle = await open(folder, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** After a crash at any moment the file holds the old text or the new one, whole. */
export const writeDurably = (path: string, text: string): Effect.Effect<void, RunnerError> =>
  attempt("write", path, async () => {
    const folder = dirname(path)
    await mkdir(folder, { recursive: true })
    // Always the same name, so that a kill -9 leaves at most one behind.
    const temporary = `${path}.tmp`
    try {
      const handle = await open(temporary, "w", 0o600)
      try {
        await handle.writeFile(text)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(temporary, path)
    } catch (cause) {
      await rm(temporary, { force: true })
      throw cause
    }
    await syncFolder(folder)
  })

/** Texts one after the other into a file that is there once it is whole. */
export const writeWhole = <E>(
  path: string,
  texts: Stream.Stream<string, E>
): Effect.Effect<void, E | RunnerError> => {
  const temporary = `${path}.tmp`
  const close = (file: FileHandle) => Effect.promise(() => file.close())
  return Effect.acquireUseRelease(
    attempt("write", path, () => open(temporary, "w", 0o600)),
    (file) => Stream.runForEach(texts, (text) => attempt("write", path, () => file.writeFile(text))),
    close
  ).pipe(
    Effect.andThen(attempt("write", path, () => rename(temporary, path))),
    Effect.onError(() => Effect.promise(() => rm(temporary, { force: true })))
  )
}

export const makePrivateFolder = (path: string): Effect.Effect<void, RunnerError> =>
  attempt("make the folder", path, async () => {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await chmod(path, 0o700)
  })

export const makeFolder = (path: string): Effect.Effect<void, RunnerError> =>
  attempt("make the folder", path, async () => {
    await mkdir(path, { recursive: true })
  })

export const removeAll = (path: string): Effect.Effect<void, RunnerError> =>
  attempt("remove", path, () => rm(path, { recursive: true, force: true }))

export const listFolder = (path: string): Effect.Effect<ReadonlyArray<string>, RunnerError> =>
  attempt("list", path, () => readdir(path))
