/**
 * Runs what docs/analysts.md and examples/dbt tell analysts to do, on the demo org: `npm run try-analysts --workspace
 * apps/runner`. Needs Python 3.10 or newer and the way to PyPI, so it is no part of the test suite.
 */
import { execFileSync } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startEmulator } from "../test/support/emulator.ts"

const root = join(import.meta.dirname, "../../..")
const decant = join(root, "apps/runner/bin/decant.mjs")
const packages = ["duckdb==2.0.0", "pandas==3.1.1", "polars==2.1.0", "pyarrow==26.0.1", "dbt-duckdb==1.11.1"]

const folder = mkdtempSync(join(tmpdir(), "decant-analysts-"))
const org = await startEmulator("--dataset", "demo")
const environment = { ...process.env, ...org.env, DO_NOT_TRACK: "1" }
const run = (command: string, ...args: ReadonlyArray<string>): void => {
  process.stdout.write(`$ ${command} ${args.join(" ")}\n`)
  execFileSync(command, args, { cwd: folder, env: environment, stdio: "inherit" })
}
try {
  for (const example of ["analysis", "dbt"])
    cpSync(join(root, "examples", example), folder, { recursive: true })
  run(process.execPath, decant, "sync", "analysis.yaml")
  run(process.execPath, decant, "sync", "decant.yaml")
  run("python3", "-m", "venv", "python")
  run("python/bin/pip", "install", "--quiet", "--only-binary", ":all:", ...packages)
  const page = readFileSync(join(root, "docs/analysts.md"), "utf8")
  for (const [index, [, code = ""]] of [...page.matchAll(/^```python\n(.*?)^```$/gms)].entries()) {
    writeFileSync(join(folder, `block-${index + 1}.py`), code)
    run("python/bin/python", `block-${index + 1}.py`)
  }
  run("python/bin/dbt", "build")
  run("python/bin/dbt", "source", "freshness")
} finally {
  await org.stop()
  rmSync(folder, { recursive: true, force: true })
}
