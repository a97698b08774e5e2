/**
 * Installs the clients once per pinned version into the workspace's cache, each from its own lockfile beside this
 * suite, and tells the tests where they lie. Package registries are the only hosts that are ever asked for anything.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  export interface ProvidedContext {
    /** The folder whose node_modules holds the Salesforce CLI and jsforce. */
    readonly nodeClients: string
    /** How to run Python with simple-salesforce; the reason when there is no way. */
    readonly python: { readonly command: string; readonly packages: string } | { readonly missing: string }
  }
}

const here = fileURLToPath(new URL("..", import.meta.url))
const cache = fileURLToPath(new URL("../../../../node_modules/.cache/salesforce-clients", import.meta.url))
const minute = 60_000

const say = (line: string) => process.stderr.write(`${line}\n`)

/** A folder for what `lockfiles` pin. `fill` works in a scratch folder that takes the final name when it is whole. */
const installed = (
  kind: string,
  salt: string,
  lockfiles: ReadonlyArray<string>,
  fill: (folder: string) => void
) => {
  const hash = createHash("sha256").update(salt)
  for (const file of lockfiles) hash.update(readFileSync(join(here, file)))
  const folder = join(cache, `${kind}-${hash.digest("hex").slice(0, 12)}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const scratch = mkdtempSync(join(cache, `${kind}-`))
  try {
    for (const file of lockfiles) copyFileSync(join(here, file), join(scratch, basename(file)))
    fill(scratch)
    if (!existsSync(folder)) renameSync(scratch, folder)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return folder
}

const npm = (folder: string) => {
  say("Installing the Salesforce CLI and jsforce (first run, or their versions changed) …")
  const script = process.env.npm_execpath
  const [command, first] = script === undefined ? ["npm", []] : [process.execPath, [script]]
  const args = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
  execFileSync(command, [...first, ...args], { cwd: folder, stdio: ["ignore", 2, 2], timeout: 8 * minute })
}

const findPython = () =>
  ["python3", "python"].flatMap((command) => {
    const asked = spawnSync(
      command,
      ["-c", "import sys, pip; assert sys.version_info >= (3, 10); print(sys.version, sys.platform)"],
      { encoding: "utf8", timeout: minute }
    )
    return asked.status === 0 ? [{ command, version: asked.stdout }] : []
  })[0]

const python = () => {
  const found = findPython()
  if (found === undefined) return { missing: "python3 (3.10 or newer) with pip is not at hand" }
  try {
    const packages = installed("python", found.version, ["requirements.txt"], (folder) => {
      say("Installing simple-salesforce …")
      const pins = ["--require-hashes", "-r", "requirements.txt", "--only-binary", ":all:"]
      const args = ["-m", "pip", "install", "--quiet", "--no-input", "--target", "packages", ...pins]
      execFileSync(found.command, args, { cwd: folder, stdio: ["ignore", 2, 2], timeout: 4 * minute })
    })
    return { command: found.command, packages: join(packages, "packages") }
  } catch (cause) {
    return { missing: `pip could not install it: ${cause instanceof Error ? cause.message : String(cause)}` }
  }
}

export default (project: TestProject): void => {
  project.provide("nodeClients", installed("node", "", ["package.json", "package-lock.json"], npm))
  const simpleSalesforce = python()
  if ("missing" in simpleSalesforce) say(`simple-salesforce is skipped: ${simpleSalesforce.missing}`)
  project.provide("python", simpleSalesforce)
}
