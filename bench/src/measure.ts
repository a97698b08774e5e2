/** Runs a Node program as a whole process and measures it from start to exit. */
import { spawn } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export interface Measured {
  readonly wall: number
  readonly cpu: number
  readonly peakMb: number
  readonly stdout: string
}

const hook = new URL("exit-usage.mjs", import.meta.url).href

export const measure = (
  script: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const usageFile = join(tmpdir(), `decant-bench-${process.pid}-${performance.now()}.json`)
    const started = performance.now()
    const child = spawn(process.execPath, ["--import", hook, script, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env, DECANT_BENCH_USAGE: usageFile }
    })
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (chunk) => (stdout += chunk))
    child.stderr.on("data", (chunk) => (stderr += chunk))
    child.on("close", (code) => {
      const wall = (performance.now() - started) / 1000
      if (code !== 0) return reject(new Error(`${script} ended with ${code}:\n${stderr}\n${stdout}`))
      const usage = JSON.parse(readFileSync(usageFile, "utf8")) as { cpu: number; peakMb: number }
      rmSync(usageFile)
      resolve({ wall, ...usage, stdout })
    })
  })

export const programPath = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
