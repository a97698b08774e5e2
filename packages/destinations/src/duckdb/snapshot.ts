/** The copy of the file for readers who keep it open: they see the old snapshot or the new one, whole. */
import { constants } from "node:fs"
import { copyFile, mkdir, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { sweepBeside, takePlace, temporaryBeside } from "../durable-file.ts"

export const writeSnapshot = async (from: string, to: string): Promise<void> => {
  const temporary = temporaryBeside(to)
  await mkdir(dirname(to), { recursive: true })
  await sweepBeside(to)
  try {
    await copyFile(from, temporary, constants.COPYFILE_FICLONE)
    await takePlace(temporary, to)
  } finally {
    await rm(temporary, { force: true })
  }
}
