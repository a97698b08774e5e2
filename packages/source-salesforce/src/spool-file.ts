/**
 * A file of the spool while it is written. A disk that is full is waited for: commits take files out of the spool
 * meanwhile, and so may a person; nothing that came is lost or written twice. Only after a while it is a failure.
 */
import { type FileHandle, open } from "node:fs/promises"
import { Effect, type Scope } from "effect"
import { type SourceError, sourceError } from "./source-error.ts"

export interface SpoolRoom {
  /** How long a full disk is waited for. */
  readonly patienceMillis: number
  /** Tells the person that it is waited for; once for each file. */
  readonly notice: (text: string) => void
}

export interface SpoolFile {
  readonly append: (bytes: Uint8Array) => Promise<void>
}

export interface OpenFile extends SpoolFile {
  /** Room is not waited for any more. */
  readonly giveUp: () => void
  readonly close: () => Promise<void>
}

const noRoom = new Set(["ENOSPC", "EDQUOT"])

const isNoRoom = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && noRoom.has(String(cause.code))

const LOOK_AGAIN_MILLIS = 500

const minutes = (millis: number): string => `${Math.max(1, Math.round(millis / 60_000))} m`

export const spoolFailure = (cause: unknown): SourceError =>
  isNoRoom(cause)
    ? sourceError(
        "SPOOL_FULL",
        "The disk of the spool folder is full, and no room was made for a while.",
        "Make room on that disk, or set `checkpoint` to a path on a bigger one: the spool lies beside it. Then run it again: what was committed stays, and the same job goes on.",
        { again: true }
      )
    : sourceError(
        "SPOOL_FAILED",
        `Rows cannot be written to the spool folder: ${cause instanceof Error ? cause.message : "unknown"}`,
        "Correct the permissions of the spool folder, then run it again: the same job goes on."
      )

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, LOOK_AGAIN_MILLIS))

const writerOf = (file: FileHandle, room: SpoolRoom): OpenFile => {
  let isOpen = true
  let position = 0
  let said = false
  const say = (): void => {
    if (!said) {
      room.notice(
        `The disk of the spool folder is full; waiting up to ${minutes(room.patienceMillis)} for room`
      )
    }
    said = true
  }
  return {
    append: async (bytes) => {
      let done = 0
      let deadline: number | null = null
      while (done < bytes.length) {
        try {
          const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
          done += bytesWritten
          deadline = null
        } catch (cause) {
          deadline ??= Date.now() + room.patienceMillis
          if (!isNoRoom(cause) || !isOpen || Date.now() >= deadline) throw cause
          say()
          await pause()
        }
      }
      position += done
    },
    giveUp: () => {
      isOpen = false
    },
    close: () => {
      isOpen = false
      return file.close()
    }
  }
}

/** Empty, readable by us alone. */
export const openFile = async (path: string, room: SpoolRoom): Promise<OpenFile> =>
  writerOf(await open(path, "w", 0o600), room)

/** The same, closed with the scope. */
export const openSpoolFile = (
  path: string,
  room: SpoolRoom
): Effect.Effect<SpoolFile, SourceError, Scope.Scope> =>
  Effect.acquireRelease(Effect.tryPromise({ try: () => openFile(path, room), catch: spoolFailure }), (file) =>
    Effect.promise(file.close)
  )
