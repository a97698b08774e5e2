/** The org of the demo: the `salesforce-emulator` command as a child process, stopped whatever happens. */
import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { Effect, Result, Schema } from "effect"
import { RunnerError } from "../runner-error.ts"

const ReadyLine = Schema.fromJsonString(
  Schema.Struct({
    url: Schema.String,
    apps: Schema.Struct({
      clientCredentials: Schema.Struct({ clientId: Schema.String, clientSecret: Schema.String })
    })
  })
)
export type DemoOrg = typeof ReadyLine.Type

const Manifest = Schema.fromJsonString(Schema.Struct({ bin: Schema.Record(Schema.String, Schema.String) }))

const readyWithinMillis = 60_000
const stopWithinMillis = 3_000

const failed = (why: string): RunnerError =>
  new RunnerError({
    code: "DEMO_FAILED",
    message: `The local Salesforce org could not be started: ${why}`,
    fix: "Run `npx salesforce-emulator --port 0` to see more, or install the packages anew (`npm ci`)."
  })

const emulatorCommand = Effect.gen(function* () {
  const manifest = yield* Effect.try({
    try: () => createRequire(import.meta.url).resolve("salesforce-emulator/package.json"),
    catch: () => null
  })
  const text = yield* Effect.try({ try: () => readFileSync(manifest, "utf8"), catch: () => null })
  const { bin } = yield* Schema.decodeEffect(Manifest)(text)
  return join(dirname(manifest), bin["salesforce-emulator"] ?? "")
}).pipe(Effect.mapError(() => failed("the package salesforce-emulator is not installed.")))

/**
 * In a process group of its own: Ctrl-C is for us, who stop the org when the sync has ended in good order. Its standard
 * input is ours to hold, so that it ends also when we are killed.
 */
const start = (command: string): ChildProcess =>
  spawn(process.execPath, [command, "--port", "0", "--dataset", "demo", "--exit-with-parent"], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true
  })

/** Of what a program that died wrote to stderr, the line that says why. */
const lastWords = (errors: string): string => {
  const lines = errors.split("\n").map((line) => line.trim())
  return (
    lines.find((line) => /^(\w*Error\b|Error:)/.test(line)) ??
    lines.findLast((line) => line !== "") ??
    "it ended at once."
  )
}

const readyLine = (child: ChildProcess): Effect.Effect<DemoOrg, RunnerError> =>
  Effect.callback((resume) => {
    let output = ""
    let errors = ""
    const timer = setTimeout(
      () => resume(Effect.fail(failed("it did not get ready in time."))),
      readyWithinMillis
    )
    child.stderr?.on("data", (chunk) => {
      errors = `${errors}${chunk}`.slice(-8_000)
    })
    child.once("error", () => resume(Effect.fail(failed("its command cannot be run."))))
    child.once("exit", () => {
      clearTimeout(timer)
      resume(Effect.fail(failed(lastWords(errors))))
    })
    child.stdout?.on("data", (chunk) => {
      output += chunk
      const end = output.indexOf("\n")
      if (end === -1) return
      clearTimeout(timer)
      const decoded = Schema.decodeResult(ReadyLine)(output.slice(0, end))
      resume(
        Result.isSuccess(decoded)
          ? Effect.succeed(decoded.success)
          : Effect.fail(failed("its ready line cannot be understood."))
      )
    })
  })

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const stop = (child: ChildProcess): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (hasEnded(child)) return resume(Effect.void)
    const timer = setTimeout(() => child.kill("SIGKILL"), stopWithinMillis)
    child.once("exit", () => {
      clearTimeout(timer)
      resume(Effect.void)
    })
    child.kill("SIGTERM")
  })

/** Runs until the scope closes. */
export const startDemoOrg = Effect.gen(function* () {
  const command = yield* emulatorCommand
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => start(command)),
    stop
  )
  // A second Ctrl-C ends us without closing scopes.
  process.once("exit", () => {
    if (!hasEnded(child)) child.kill("SIGKILL")
  })
  return yield* readyLine(child)
})
