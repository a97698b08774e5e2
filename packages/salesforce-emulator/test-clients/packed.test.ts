/** The packages as they would be published, installed into an empty folder without the workspace. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

const root = join(import.meta.dirname, "../../..")
const folder = mkdtempSync(join(tmpdir(), "decant-packed-"))
const quiet = ["--no-audit", "--no-fund", "--loglevel=error"]

const run = (command: string, args: ReadonlyArray<string>, cwd = folder): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 })

beforeAll(() => {
  const packages = ["--workspace", "decant", "--workspace", "salesforce-emulator"]
  run("npm", ["pack", ...packages, "--pack-destination", folder, ...quiet], root)
  const tarballs = readdirSync(folder).map((name) => `./${name}`)
  run("npm", ["init", "-y", ...quiet])
  run("npm", ["install", ...tarballs, ...quiet])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The Node that runs the tests, whatever the machine's own is. */
const decant = (...args: ReadonlyArray<string>): string =>
  run(process.execPath, [join(folder, "node_modules/decant/bin/decant.mjs"), ...args])

describe("the packed packages", () => {
  it("bring no source, only the bundle and its native parts", () => {
    const packed = readdirSync(join(folder, "node_modules/decant"))
    assert.deepStrictEqual(packed.filter((name) => !["LICENSE", "README.md"].includes(name)).sort(), [
      "bin",
      "dist",
      "package.json"
    ])
    assert.isFalse(readdirSync(join(folder, "node_modules")).includes("effect"))
  })

  it("say their version", () => {
    const { version } = JSON.parse(readFileSync(join(root, "apps/runner/package.json"), "utf8"))
    assert.strictEqual(decant("--version").trim(), version)
  })

  it("sync the demo org", () => {
    decant("demo", "--quiet")
    const answer = decant(
      ...["query", "--spec", "decant-demo/decant.yaml", "--json", "SELECT count(*) FROM Account"]
    )
    assert.isAbove(JSON.parse(answer).rows[0][0], 100)
  })
})
