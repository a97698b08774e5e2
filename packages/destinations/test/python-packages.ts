/** Python programs that tests run against: what a list of packages names, installed once into the workspace's cache. */
import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export type Python =
  | { readonly command: string; readonly packages: string }
  /** Why there is none: no Python, or no way to its packages. */
  | { readonly missing: string }

const here = fileURLToPath(new URL("./python/", import.meta.url))
const cache = fileURLToPath(new URL("../../../node_modules/.cache/destinations-python", import.meta.url))
const minute = 60_000

const findPython = () => {
  const asks = "import sys, pip; assert sys.version_info >= (3, 10); print(sys.version, sys.platform)"
  return ["python3", "python"].flatMap((command) => {
    const asked = spawnSync(command, ["-c", asks], { encoding: "utf8", timeout: minute })
    return asked.status === 0 ? [{ command, version: asked.stdout }] : []
  })[0]
}

export const pythonScript = (name: string): string => join(here, name)

/** `name.txt` beside the scripts says which packages. */
export const pythonWith = (name: string): Python => {
  const found = findPython()
  if (found === undefined) return { missing: "python3 (3.10 or newer) with pip is not at hand" }
  const list = pythonScript(`${name}.txt`)
  const digest = createHash("sha256").update(found.version).update(readFileSync(list)).digest("hex")
  const folder = join(cache, `${name}-${digest.slice(0, 12)}`)
  if (existsSync(folder)) return { command: found.command, packages: folder }
  mkdirSync(cache, { recursive: true })
  const scratch = mkdtempSync(join(cache, `${name}-`))
  try {
    const args = ["-m", "pip", "install", "--quiet", "--no-input", "--retries", "1", "--only-binary", ":all:"]
    execFileSync(found.command, [...args, "--target", join(scratch, "packages"), "-r", list], {
      stdio: ["ignore", 2, "pipe"],
      timeout: 4 * minute
    })
    if (!existsSync(folder)) renameSync(join(scratch, "packages"), folder)
    return { command: found.command, packages: folder }
  } catch (cause) {
    return {
      missing: `pip could not install ${name}: ${cause instanceof Error ? cause.message : String(cause)}`
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
