/** A child process of a test: its lines as they come, and its end. It is killed when the test ends. */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { Effect, type Scope } from "effect"

export interface Child {
  readonly pid: number
  /** The next line that begins with this; fails the test if the process ends first. */
  readonly line: (start: string) => Effect.Effect<string>
  readonly lines: () => ReadonlyArray<string>
  /** SIGKILL, and waits until the process is gone. */
  readonly kill: Effect.Effect<void>
  /** Says nothing when the process is gone already. */
  readonly signal: (name: "SIGSTOP" | "SIGCONT") => Effect.Effect<void>
  readonly ended: Effect.Effect<number | null>
}

interface Running {
  readonly child: ChildProcess & { readonly stdout: Readable }
  /** Its lines are read to their end then, not only the process gone. */
  readonly closed: Promise<number | null>
}

const watch = (child: Running["child"]): Running => ({
  child,
  closed: new Promise((resolve) => child.once("close", (code) => resolve(code)))
})

export const start = (
  program: URL,
  args: ReadonlyArray<string>,
  shell?: string
): Effect.Effect<Child, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const file = fileURLToPath(program)
        const command = [process.execPath, file, ...args]
        return watch(
          shell === undefined
            ? spawn(command[0] ?? "", command.slice(1), { stdio: ["ignore", "pipe", "inherit"] })
            : spawn("bash", ["-c", `${shell}; exec "$@"`, "bash", ...command], {
                stdio: ["ignore", "pipe", "inherit"]
              })
        )
      }),
      ({ child, closed }) =>
        Effect.promise(async () => {
          child.kill("SIGKILL")
          await closed
        })
    ),
    ({ child, closed }) => {
      const lines: Array<string> = []
      let isClosed = false
      const waiting = new Set<() => void>()
      const wake = () => {
        for (const check of waiting) check()
      }
      createInterface({ input: child.stdout }).on("line", (line) => {
        lines.push(line)
        wake()
      })
      child.once("close", () => {
        isClosed = true
        wake()
      })
      const line = (start: string) =>
        Effect.promise(
          () =>
            new Promise<string>((resolve, reject) => {
              const check = () => {
                const found = lines.find((text) => text.startsWith(start))
                if (found === undefined && !isClosed) return
                waiting.delete(check)
                if (found === undefined) reject(new Error(`${program.pathname} ended: ${lines.join("; ")}`))
                else resolve(found)
              }
              waiting.add(check)
              check()
            })
        )
      return {
        pid: child.pid ?? 0,
        line,
        lines: () => lines,
        kill: Effect.promise(async () => {
          child.kill("SIGKILL")
          await closed
        }),
        signal: (name) => Effect.sync(() => void child.kill(name)),
        ended: Effect.promise(() => closed)
      }
    }
  )
