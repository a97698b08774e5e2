/** Preloaded into a process: it kills itself, as SIGKILL does, right before the n-th step that changes a file. */
import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"

const dieAt = Number(process.env.DIE_AT ?? "0")
let steps = 0
const step = () => {
  steps++
  if (steps === dieAt) process.kill(process.pid, "SIGKILL")
}

for (const name of ["mkdir", "link", "rename", "rm", "open", "writeFile", "unlink"]) {
  const original = fs.promises[name]
  fs.promises[name] = (...args) => {
    // Only the destination's own files: a test's folder is named like this.
    if (String(args[0]).includes("decant-test-")) step()
    return original(...args)
  }
}
syncBuiltinESMExports()
process.on("exit", () => {
  fs.writeSync(1, `steps ${steps}\n`)
})
