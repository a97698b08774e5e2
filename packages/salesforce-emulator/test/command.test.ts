import { spawn } from "node:child_process"
import { once } from "node:events"
import { assert, it } from "vitest"

const command = new URL("../bin/salesforce-emulator.mjs", import.meta.url).pathname

/** Starts the emulator as a child of its own and tells its first line. */
const parent = `
  const { spawn } = require("node:child_process")
  const child = spawn(process.execPath, [${JSON.stringify(command)}, "--port", "0", "--dataset", "empty", "--exit-with-parent"], { stdio: ["pipe", "pipe", "inherit"] })
  child.stdout.once("data", (line) => process.stdout.write(JSON.stringify({ pid: child.pid, url: JSON.parse(line).url })))
`

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it("with --exit-with-parent the emulator outlives no parent, not even one that is killed", async () => {
  const started = spawn(process.execPath, ["-e", parent], { stdio: ["ignore", "pipe", "inherit"] })
  const [line] = await once(started.stdout, "data")
  const { pid, url } = JSON.parse(String(line))
  assert.strictEqual((await fetch(`${url}/services/data`)).status, 200)
  started.kill("SIGKILL")
  await once(started, "exit")
  const until = performance.now() + 20_000
  while (runs(pid) && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.isFalse(runs(pid))
})
