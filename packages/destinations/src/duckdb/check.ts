/** Whether a sync could write here, without making or changing anything. */
import { access, constants, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { failureOf } from "./duckdb-failure.ts"

/** The folder that is there, of those that would be made. */
const nearestFolder = async (path: string): Promise<string> => {
  const found = await stat(path).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return false
      throw cause
    }
  )
  return found || dirname(path) === path ? path : nearestFolder(dirname(path))
}

const writable = async (path: string): Promise<boolean> => {
  const exists = await stat(path).then(
    () => true,
    () => false
  )
  const folder = await nearestFolder(dirname(path))
  if (!(await stat(folder)).isDirectory()) throw new Error(`Not a directory: ${folder}`)
  await access(folder, constants.W_OK)
  if (exists) await access(path, constants.R_OK | constants.W_OK)
  return exists
}

/** True when there is a file to look into. */
export const checkWritable = (path: string): Effect.Effect<boolean, DestinationError> =>
  Effect.tryPromise({ try: () => writable(path), catch: (cause) => failureOf(path, cause) })
