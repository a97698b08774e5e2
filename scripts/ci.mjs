/**
 * Runs the everyday suite, the client suites and the browser suite one after the other, shows their output as it comes,
 * and closes with what failed and one line `N passed, N failed`. A step that fails without counting a test (types,
 * lint, a crash) counts as one failure.
 *
 * Most tests start processes and servers, and CI machines are busy: a file that failed beside others runs once more by
 * itself. What passes then is named as unsteady, which is a defect to mend but not a reason to refuse a change; what
 * fails again has failed.
 */
import { spawn } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import { relative, resolve } from "node:path"
import { stripVTControlCharacters } from "node:util"

const vitest = (...args) => ["npx", "vitest", "run", ...args]
const apart = (folder) => ({
  name: folder,
  command: vitest("--config", `${folder}/vitest.config.ts`),
  again: vitest("--config", `${folder}/vitest.config.ts`)
})
const suites = [
  { name: "npm test", command: ["npm", "test", "--"], again: vitest() },
  apart("packages/salesforce-emulator/test-clients"),
  apart("apps/runner/test-clients"),
  apart("apps/runner/test-browser")
]
const report = resolve("node_modules/.cache/suite.json")
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]

const run = (command, args) =>
  new Promise((end) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    child.stdout.on("data", (chunk) => {
      output += chunk
      process.stdout.write(chunk)
    })
    child.stderr.on("data", (chunk) => {
      output += chunk
      process.stderr.write(chunk)
    })
    child.on("close", (code) => end({ code, output: stripVTControlCharacters(output) }))
  })

/** Vitest's `Tests  1 failed | 2 passed (3)`, of the last run in the output. */
const counts = (output) => {
  const line = output
    .split("\n")
    .filter((one) => /^\s*Tests\s+.*\(\d+\)\s*$/.test(one))
    .at(-1)
  const of = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line ?? "")?.[1] ?? 0)
  return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") }
}

/** The files with a failed test or a failed hook, and their failures' names. */
const failures = () => {
  try {
    const { testResults } = JSON.parse(readFileSync(report, "utf8"))
    return testResults
      .filter(({ status }) => status === "failed")
      .map(({ name, assertionResults }) => ({
        file: relative(process.cwd(), name),
        tests: assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName)
      }))
  } catch {
    return []
  }
}

/**
 * Why a step failed in which no test did: what Vitest says of errors outside of tests, else how the output ends. It
 * is shown once more at the end, where people look.
 */
const reasonOf = (output) => {
  const lines = output.trimEnd().split("\n")
  const at = lines.findIndex((line) =>
    /Unhandled (Error|Rejection)|error during close|Startup Error/i.test(line)
  )
  return (at === -1 ? lines.slice(-30) : lines.slice(at, at + 60)).join("\n")
}

const named = (files) =>
  files.flatMap(({ file, tests }) =>
    tests.length === 0 ? [`${file} (its set-up or end)`] : tests.map((test) => `${file}: ${test}`)
  )

const total = { passed: 0, failed: 0, skipped: 0 }
const failed = []
const reasons = []
const unsteady = []

/** Runs the files once more, each by itself; how many tests have passed now. */
const runAgain = async (files, [command, ...args]) => {
  let mended = 0
  console.log(`\nOnce more, each file by itself:\n${named(files).join("\n")}\n`)
  for (const one of files) {
    rmSync(report, { force: true })
    const { code } = await run(command, [...args, resolve(one.file), ...reporters])
    if (code !== 0) failed.push(...named([one]))
    else {
      unsteady.push(...named([one]))
      mended += one.tests.length
    }
  }
  return mended
}

for (const { name, command, again } of suites) {
  rmSync(report, { force: true })
  const { code, output } = await run(command[0], [...command.slice(1), ...reporters])
  const found = counts(output)
  // A code of 0 beside a failed test would be a mistake of ours, and no reason to believe it.
  const files = code === 0 && found.failed === 0 ? [] : failures()
  const before = failed.length
  if (files.length > 0) {
    const mended = await runAgain(files, again)
    found.passed += mended
    found.failed -= mended
  } else if (code !== 0) {
    failed.push(`${name} ended with ${code}`)
    reasons.push(`What ${name} said:\n${reasonOf(output)}\n`)
  }
  found.failed = Math.max(found.failed, failed.length - before)
  for (const key of Object.keys(total)) total[key] += found[key]
}

for (const reason of reasons) console.log(reason)
for (const name of unsteady) console.log(`UNSTEADY (failed beside others, passed alone) ${name}`)
for (const name of failed) console.log(`FAILED ${name}`)
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ""
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = failed.length === 0 && total.failed === 0 && total.passed > 0 ? 0 : 1
