/** Files that are whole or absent after a crash: temporary file, fsync, rename, fsync of the folder. */
import { randomBytes } from "node:crypto"
import { link, mkdir, open, readFile, rename, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"

/** Where one user alone may look. */
const privateFolder = 0o700
const privateFile = 0o600

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const writeBeside = async (path: string, text: string): Promise<string> => {
  const temporary = join(
    dirname(path),
    `.${basename(path)}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`
  )
  const handle = await open(temporary, "wx", privateFile)
  try {
    await handle.writeFile(text, "utf8")
    await handle.sync()
  } finally {
    await handle.close()
  }
  return temporary
}

export const makeFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: privateFolder })
}

export const replaceFile = async (path: string, text: string): Promise<void> => {
  const temporary = await writeBeside(path, text)
  try {
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** False when the file exists already: then it was left alone. */
export const createFile = async (path: string, text: string): Promise<boolean> => {
  const temporary = await writeBeside(path, text)
  try {
    await link(temporary, path)
    await syncFolder(dirname(path))
    return true
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Null when there is none. */
export const readIfThere = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null
    throw error
  }
}

export const errorCode = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown"
