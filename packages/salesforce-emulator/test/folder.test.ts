import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryFolder } from "../src/org/folder.ts"

const folderOf = (owner: string) => {
  const folder = mkdtempSync(join(tmpdir(), "salesforce-emulator-"))
  writeFileSync(join(folder, "owner"), owner)
  mkdirSync(join(folder, "bulk"))
  return folder
}

it.live("what a killed emulator left goes with the next start, and nothing of others", () =>
  Effect.gen(function* () {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid
    const left = folderOf(`${hostname()} ${dead}`)
    const others = [
      folderOf(`${hostname()} ${process.ppid}`),
      folderOf(`another-machine ${dead}`),
      folderOf("nobody")
    ]
    const own = yield* Effect.scoped(
      Effect.gen(function* () {
        const made = yield* temporaryFolder
        while (existsSync(left)) yield* Effect.sleep("10 millis")
        assert.isTrue(existsSync(made))
        return made
      })
    )
    assert.isFalse(existsSync(own))
    for (const folder of others) {
      assert.isTrue(existsSync(folder), folder)
      rmSync(folder, { recursive: true })
    }
  })
)
