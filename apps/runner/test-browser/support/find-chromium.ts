/**
 * Where Chromium is. When it is nowhere and this is a machine on which we may install it (root, with apt-get), it is
 * installed; else the suite is skipped and says so.
 */
import { spawnSync } from "node:child_process"
import { accessSync, constants } from "node:fs"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  export interface ProvidedContext {
    /** Null when there is none: the tests skip. */
    readonly chromium: string | null
  }
}

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium"
]

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const find = (): string | null => {
  const named = process.env.DECANT_CHROMIUM
  return [...(named === undefined ? [] : [named]), ...places].find(isProgram) ?? null
}

const say = (line: string) => process.stderr.write(`${line}\n`)

const install = () => {
  if (process.getuid?.() !== 0) return
  say("No Chromium here: installing it with apt-get …")
  const run = (args: ReadonlyArray<string>) =>
    spawnSync("apt-get", args, { stdio: ["ignore", "ignore", 2], timeout: 300_000 }).status === 0
  const args = ["install", "-y", "--no-install-recommends", "chromium"]
  if (!run(args) && run(["update"])) run(args)
}

export const setup = (project: TestProject) => {
  if (find() === null) install()
  const chromium = find()
  if (chromium === null) {
    say("The browser suite is skipped: there is no Chromium. Install one, or name it in DECANT_CHROMIUM.")
  }
  project.provide("chromium", chromium)
}
