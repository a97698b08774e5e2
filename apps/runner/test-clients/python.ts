/** Airbyte's own tools for Python, installed once into the workspace's cache. */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const list = fileURLToPath(new URL("./requirements.txt", import.meta.url))
const cache = fileURLToPath(new URL("../../../node_modules/.cache/runner-python", import.meta.url))
const installMillis = 900_000

/** The folder of the packages, or why there is none. */
export const airbytePackages = (): { readonly packages: string } | { readonly missing: string } => {
  const found = spawnSync("python3", [
    "-c",
    "import sys, pip; assert sys.version_info >= (3, 10); print(sys.version)"
  ])
  if (found.status !== 0) return { missing: "python3 (3.10 or newer) with pip is not at hand" }
  const digest = createHash("sha256").update(found.stdout).update(readFileSync(list)).digest("hex")
  const packages = join(cache, `airbyte-${digest.slice(0, 12)}`)
  if (existsSync(packages)) return { packages }
  mkdirSync(cache, { recursive: true })
  const scratch = `${packages}.${process.pid}`
  const args = ["-m", "pip", "install", "--quiet", "--no-input", "--retries", "1", "--only-binary", ":all:"]
  const installed = spawnSync("python3", [...args, "--target", scratch, "-r", list], {
    encoding: "utf8",
    timeout: installMillis
  })
  if (installed.status === 0) {
    renameSync(scratch, packages)
    return { packages }
  }
  rmSync(scratch, { recursive: true, force: true })
  return { missing: `pip could not install Airbyte's tools: ${installed.stderr.slice(-500)}` }
}

export const runPython = (
  packages: string,
  script: string,
  of: { readonly input: string; readonly args?: ReadonlyArray<string>; readonly home: string }
): string => {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const run = spawnSync("python3", ["-W", "ignore", path, ...(of.args ?? [])], {
    input: of.input,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    timeout: 300_000,
    env: {
      ...process.env,
      PYTHONPATH: packages,
      PYTHONDONTWRITEBYTECODE: "1",
      HOME: of.home,
      DO_NOT_TRACK: "1",
      AIRBYTE_OFFLINE_MODE: "1"
    }
  })
  if (run.status !== 0) throw new Error(`${script} failed:\n${run.stderr}`)
  return run.stdout
}
