/**
 * A folder for files, removed when the emulator stops. One that is killed cannot do so: what it left, which may be
 * gigabytes, is removed by the next emulator on the machine.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"

const head = "salesforce-emulator-"
/** Says whose the folder is. */
const ownerFile = "owner"

const ownerOf = (pid: number): string => `${hostname()} ${pid}`

/** Process numbers mean something on their own machine, or in their own container, only. */
const isLeft = (folder: string): boolean => {
  try {
    const owner = readFileSync(join(folder, ownerFile), "utf8")
    const pid = Number(owner.split(" ")[1])
    if (owner !== ownerOf(pid)) return false
    process.kill(pid, 0)
    return false
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "ESRCH"
  }
}

const removeLeft = Effect.gen(function* () {
  const names = yield* Effect.sync(() => readdirSync(tmpdir()).filter((name) => name.startsWith(head)))
  const left = names.map((name) => join(tmpdir(), name)).filter(isLeft)
  yield* Effect.forEach(left, (folder) =>
    Effect.ignore(Effect.tryPromise(() => rm(folder, { recursive: true, force: true })))
  )
}).pipe(Effect.catchDefect(() => Effect.void))

export const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => {
    const made = mkdtempSync(join(tmpdir(), head))
    writeFileSync(join(made, ownerFile), ownerOf(process.pid))
    return made
  }),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
).pipe(Effect.tap(() => Effect.forkScoped(removeLeft)))
