/** Files that take another's place whole: a reader finds the old one or the new one, also after a power cut. */
import { open, readdir, rename, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"

const synced = async (path: string): Promise<void> => {
  const handle = await open(path, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export const takePlace = async (temporary: string, path: string): Promise<void> => {
  await synced(temporary)
  await rename(temporary, path)
  await synced(dirname(path))
}

const prefix = (path: string): string => `.${basename(path)}.`

/** Beside the file, so that it can be renamed over it. */
export const temporaryBeside = (path: string): string =>
  join(dirname(path), `${prefix(path)}${process.pid}.tmp`)

/** What killed processes have left beside the file. */
export const sweepBeside = async (path: string): Promise<void> => {
  const names = await readdir(dirname(path)).catch(() => [])
  const left = names.filter((name) => name.startsWith(prefix(path)) && /\.\d+\.tmp(\.wal)?$/.test(name))
  await Promise.all(left.map((name) => rm(join(dirname(path), name), { force: true })))
}
