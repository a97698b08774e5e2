/**
 * Runs the everyday suite and the client suite one after the other, shows their output as it comes, and
 * closes with one line `N passed, N failed`. A step that fails without counting a test (types, lint, a
 * crash) counts as one failure.
 */
import { spawn } from "node:child_process"
import { stripVTControlCharacters } from "node:util"

const steps = [["test"], ["run", "test:clients"]]

/** Vitest's `Tests  1 failed | 2 passed (3)`, or our own `2 passed, 1 failed`. */
const counts = (output) => {
  const lines = stripVTControlCharacters(output)
    .split("\n")
    .filter(
      (line) =>
        /^\s*Tests\s+.*\(\d+\)\s*$/.test(line) || /^\d+ passed, \d+ failed(, \d+ skipped)?$/.test(line)
    )
  const of = (word) =>
    lines.reduce((sum, line) => sum + Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0), 0)
  return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") }
}

const run = (args) =>
  new Promise((resolve) => {
    const child = spawn("npm", args, { stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    child.stdout.on("data", (chunk) => {
      output += chunk
      process.stdout.write(chunk)
    })
    child.stderr.on("data", (chunk) => process.stderr.write(chunk))
    child.on("close", (code) => {
      const found = counts(output)
      resolve(code !== 0 && found.failed === 0 ? { ...found, failed: 1 } : found)
    })
  })

const total = { passed: 0, failed: 0, skipped: 0 }
for (const step of steps) {
  const found = await run(step)
  for (const key of Object.keys(total)) total[key] += found[key]
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ""
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
