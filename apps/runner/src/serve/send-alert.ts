/**
 * Brings an alert to where the spec says. It goes as JSON in a body or on stdin, never through a shell or as an
 * argument; the address of a webhook is a secret and is in no message. An alert that cannot be brought is logged, and
 * nothing else comes of it.
 */
import { spawn } from "node:child_process"
import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import type { Secret, Spec } from "@decant/connector"
import { Effect, Redacted, Schedule } from "effect"
import { RunnerError } from "../runner-error.ts"
import type { Alert } from "./alert-policy.ts"

type Receiver = NonNullable<Spec["alerts"]>[number]

const webhookSeconds = 10
const commandSeconds = 60
const tries = 3

const refused = (reason: string): RunnerError =>
  new RunnerError({
    code: "ALERT_FAILED",
    message: `The alert could not be brought: ${reason}.`,
    fix: "Check the `alerts` of the spec. The sync itself is not touched by it."
  })

const secretText = async (secret: Secret, folder: string): Promise<string> => {
  if (Redacted.isRedacted(secret)) return Redacted.value(secret)
  if ("env" in secret) return process.env[secret.env] ?? ""
  return (await readFile(resolve(folder, secret.file), "utf8")).trim()
}

/** Of a failure of `fetch`, only the code: its message may hold the address. */
const reasonOf = (cause: unknown): string => {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  if (inner instanceof Error && "code" in inner)
    return `the webhook cannot be reached (${String(inner.code)})`
  return inner instanceof Error && inner.name === "TimeoutError"
    ? `the webhook did not answer within ${webhookSeconds} seconds`
    : "the webhook's address cannot be used"
}

const post = (url: string, body: string) =>
  Effect.tryPromise({
    try: async () => {
      const response = await fetch(url, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", "user-agent": "decant" },
        // A redirect could lead the alert to anybody.
        redirect: "manual",
        signal: AbortSignal.timeout(webhookSeconds * 1000)
      })
      await response.body?.cancel()
      return response.status
    },
    catch: (cause) => refused(reasonOf(cause))
  }).pipe(
    Effect.flatMap((status) =>
      status >= 200 && status < 300 ? Effect.void : Effect.fail(refused(`the webhook answered ${status}`))
    )
  )

const run = ([program, ...args]: readonly [string, ...Array<string>], folder: string, body: string) =>
  Effect.callback<void, RunnerError>((done) => {
    const child = spawn(program, args, {
      cwd: folder,
      shell: false,
      stdio: ["pipe", "ignore", "ignore"],
      timeout: commandSeconds * 1000,
      killSignal: "SIGKILL"
    })
    child.once("error", (cause) => {
      const code = "code" in cause ? String(cause.code) : "unknown reason"
      done(Effect.fail(refused(`${program} cannot be started (${code})`)))
    })
    child.once("close", (code, signal) => {
      const how = code === null ? `was ended by ${signal}` : `ended with ${code}`
      done(code === 0 ? Effect.void : Effect.fail(refused(`${program} ${how}`)))
    })
    // A program may end without reading what it is given.
    child.stdin.on("error", () => {})
    child.stdin.end(body)
    return Effect.sync(() => void child.kill("SIGKILL"))
  })

export const sendAlert = (receiver: Receiver, folder: string, alert: Alert) => {
  const body = `${JSON.stringify(alert)}\n`
  const sent =
    "webhook" in receiver
      ? Effect.tryPromise({
          try: () => secretText(receiver.webhook, folder),
          catch: () => refused("the webhook's address cannot be read")
        }).pipe(
          Effect.flatMap((url) => post(url, body)),
          Effect.retry({ schedule: Schedule.exponential("1 second"), times: tries - 1 })
        )
      : run(receiver.command, folder, body)
  return sent.pipe(
    Effect.catch((error) => Effect.logWarning(`${error.message} ${error.fix}`)),
    Effect.annotateLogs({ spec: alert.spec, runId: alert.runId })
  )
}
