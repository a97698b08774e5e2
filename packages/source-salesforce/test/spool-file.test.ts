import { type FileHandle, open, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { openSpoolFile, spoolFailure } from "../src/spool-file.ts"

const path = join(tmpdir(), `decant-spool-file-${process.pid}`)

/** All open files have one prototype; what it does is what the file system does. */
const fileSystem = async (): Promise<FileHandle> => {
  const file = await open(path, "w")
  await file.close()
  return Object.getPrototypeOf(file)
}

type Write = (bytes: Uint8Array, from: number, length: number, position: number) => Promise<unknown>

const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" })

afterEach(async () => {
  vi.restoreAllMocks()
  await rm(path, { force: true })
})

const append = (bytes: string, patienceMillis: number, notice: (text: string) => void) =>
  Effect.scoped(
    Effect.gen(function* () {
      const file = yield* openSpoolFile(path, { patienceMillis, notice })
      for (const part of [bytes.slice(0, 10), bytes.slice(10)]) {
        yield* Effect.tryPromise({ try: () => file.append(Buffer.from(part)), catch: spoolFailure })
      }
    })
  )

it.live("a full disk is waited for, and every byte is there once when there is room", () =>
  Effect.gen(function* () {
    const disk = yield* Effect.promise(fileSystem)
    const write = disk.write as Write
    let calls = 0
    // The disk fills up in the middle of a piece, and has room again a little later.
    vi.spyOn(disk, "write").mockImplementation(function (this: FileHandle, ...args: Array<unknown>) {
      calls++
      const [bytes, from, length, position] = args as [Uint8Array, number, number, number]
      if (calls === 2) return write.call(this, bytes, from, 3, position)
      if (calls === 3 || calls === 4) return Promise.reject(full)
      return write.call(this, bytes, from, length, position)
    } as typeof disk.write)
    const said: Array<string> = []
    yield* append("one two three four five", 60_000, (text) => said.push(text))
    expect(yield* Effect.promise(() => readFile(path, "utf8"))).toBe("one two three four five")
    expect(calls).toBe(5)
    expect(said).toEqual(["The disk of the spool folder is full; waiting up to 1 m for room"])
  })
)

it.live("a disk that stays full pauses the stream", () =>
  Effect.gen(function* () {
    const disk = yield* Effect.promise(fileSystem)
    vi.spyOn(disk, "write").mockRejectedValue(full)
    const failure = yield* Effect.flip(append("one two three four five", 0, () => undefined))
    expect(failure).toMatchObject({ code: "SPOOL_FULL", disposition: "budget", retryable: true })
  })
)

it.live("what is no lack of room fails at once", () =>
  Effect.gen(function* () {
    const disk = yield* Effect.promise(fileSystem)
    const broken = Object.assign(new Error("EIO: i/o error, write"), { code: "EIO" })
    const spy = vi.spyOn(disk, "write").mockRejectedValue(broken)
    const failure = yield* Effect.flip(append("one two three four five", 60_000, () => undefined))
    expect(failure).toMatchObject({ code: "SPOOL_FAILED", disposition: "failed" })
    expect(spy).toHaveBeenCalledTimes(1)
  })
)
