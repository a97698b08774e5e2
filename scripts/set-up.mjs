/**
 * Makes `npm start` and `npm test` work on a fresh clone: installs the locked dependencies when they are
 * missing or the lockfile has changed since, and bundles the commands. Runs on the machine's own Node (20 or
 * newer), before the pinned Node of the project is there.
 */
import { execFileSync } from "node:child_process"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const stamp = `${root}/node_modules/.decant-installed`

const read = (path) => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return null
  }
}

const lock = read(`${root}/package-lock.json`)
if (read(stamp) !== lock) {
  console.error("Installing dependencies (first run, or the lockfile changed) …")
  rmSync(stamp, { force: true })
  const npm = process.env.npm_execpath
  const [command, args] = npm ? [process.execPath, [npm]] : ["npm", []]
  try {
    execFileSync(command, [...args, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: ["ignore", 2, 2]
    })
  } catch {
    console.error("npm could not install the dependencies; its own message stands above.")
    process.exit(1)
  }
  writeFileSync(stamp, lock ?? "")
}

const { bundleCommands } = await import("./bundle.mjs")
await bundleCommands()
