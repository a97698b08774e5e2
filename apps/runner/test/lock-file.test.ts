/** One run at a time per checkpoint; a dead run's lock is no obstacle. */
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { holdLock } from "../src/sync/lock-file.ts"

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "decant-lock-"))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const lock = (name: string, waitMillis = 0, notes: Array<string> = []) =>
  holdLock({
    path: join(folder, name),
    runId: crypto.randomUUID(),
    wait: Option.some(Duration.millis(waitMillis)),
    notice: (text) => Effect.sync(() => void notes.push(text))
  })

const leftBehind = (name: string, holder: object) =>
  Effect.promise(() =>
    writeFile(
      join(folder, name),
      JSON.stringify({
        pid: 1,
        host: hostname(),
        user: "ann",
        started: null,
        runId: "r",
        since: "2026-11-21",
        ...holder
      })
    )
  )

const endedPid = (): number => spawnSync(process.execPath, ["--version"]).pid

describe("the lock of a run", () => {
  it.live("is gone when the run ends", () =>
    Effect.gen(function* () {
      yield* Effect.scoped(lock("a"))
      assert.isFalse(existsSync(join(folder, "a")))
      yield* Effect.scoped(lock("a"))
    })
  )

  it.live("refuses a second run and says who is at it", () =>
    Effect.scoped(
      Effect.gen(function* () {
        yield* lock("b")
        const refused = yield* Effect.flip(Effect.scoped(lock("b")))
        assert.strictEqual(refused.code, "RUN_LOCKED")
        assert.include(refused.message, `process ${process.pid}`)
        assert.isTrue(existsSync(join(folder, "b")))
      })
    )
  )

  it.live("lets a second run wait", () =>
    Effect.gen(function* () {
      const notes: Array<string> = []
      yield* Effect.forkChild(Effect.scoped(lock("c").pipe(Effect.andThen(Effect.sleep("400 millis")))))
      yield* Effect.sleep("50 millis")
      yield* Effect.scoped(lock("c", 5_000, notes))
      assert.lengthOf(notes, 1)
      assert.include(notes[0] ?? "", `process ${process.pid}`)
    })
  )

  it.live("of a dead process of this machine is taken over", () =>
    Effect.gen(function* () {
      yield* leftBehind("d", { pid: endedPid() })
      yield* Effect.scoped(lock("d"))
    })
  )

  it.live("of a process whose number another one has now is taken over", () =>
    Effect.gen(function* () {
      yield* leftBehind("e", { pid: process.pid, started: "1" })
      yield* Effect.scoped(lock("e"))
    })
  )

  it.live("of another machine is never taken over", () =>
    Effect.gen(function* () {
      yield* leftBehind("f", { pid: endedPid(), host: "elsewhere" })
      const refused = yield* Effect.flip(Effect.scoped(lock("f")))
      assert.include(refused.message, "on elsewhere")
    })
  )
})
