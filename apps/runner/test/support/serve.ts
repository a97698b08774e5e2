/** `decant serve` as a child process: its log, its metrics, and its end. */
import type { ChildProcess } from "node:child_process"
import type { Ended, Workspace } from "./decant.ts"

export interface LogEntry {
  readonly time: string
  readonly level: string
  readonly message: string
  readonly spec?: string
  readonly runId?: string
}

export interface Server {
  readonly child: ChildProcess
  readonly url: string
  readonly get: (path: string) => Promise<{ readonly status: number; readonly text: string }>
  /** The value of a sample, by its whole name and labels; null where there is none. */
  readonly metric: (sample: string) => Promise<number | null>
  /** All lines so far; what is not JSON breaks the test. */
  readonly log: () => ReadonlyArray<LogEntry>
  /** Waits for a line with this text, of those after the first `after`. */
  readonly said: (text: string, after?: number) => Promise<LogEntry>
  readonly stop: (signal?: NodeJS.Signals) => Promise<Ended>
}

const patience = 60_000

/** Asks again and again; what it waits for is said where it never comes. */
export const until = async <A>(
  what: string | (() => string),
  ask: () => Promise<A | null | false | undefined> | A | null | false | undefined
): Promise<A> => {
  const deadline = Date.now() + patience
  while (Date.now() < deadline) {
    const found = await ask()
    if (found !== null && found !== false && found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`waited in vain for ${typeof what === "string" ? what : what()}`)
}

const firstLine = (of: { readonly output: () => string; readonly ended: Promise<Ended> }): Promise<string> =>
  Promise.race([
    until("the server to be ready", () => {
      const end = of.output().indexOf("\n")
      return end === -1 ? null : of.output().slice(0, end)
    }),
    of.ended.then(({ code, stderr }) => Promise.reject(new Error(`the server ended with ${code}: ${stderr}`)))
  ])

export const startServer = async (
  workspace: Workspace,
  of: { readonly args?: ReadonlyArray<string>; readonly env?: Readonly<Record<string, string>> } = {}
): Promise<Server> => {
  const args = ["serve", ".", "--port", "0", "--log-format", "json", "--json", ...(of.args ?? [])]
  const { child, ended } = workspace.start(args, of.env)
  let stdout = ""
  let stderr = ""
  child.stdout?.on("data", (chunk) => {
    stdout += chunk
  })
  child.stderr?.on("data", (chunk) => {
    stderr += chunk
  })
  const { url }: { url: string } = JSON.parse(await firstLine({ output: () => stdout, ended }))
  const log = (): ReadonlyArray<LogEntry> =>
    stderr
      .slice(0, stderr.lastIndexOf("\n") + 1)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line))
  const get: Server["get"] = async (path) => {
    const response = await fetch(new URL(path, url))
    return { status: response.status, text: await response.text() }
  }
  return {
    child,
    url,
    get,
    metric: async (sample) => {
      const { text } = await get("/metrics")
      const line = text.split("\n").find((one) => one.startsWith(`${sample} `))
      return line === undefined ? null : Number(line.slice(sample.length + 1))
    },
    log,
    said: (text, after = 0) =>
      until(
        () => `a line "${text}" in\n${stderr}`,
        () =>
          log()
            .slice(after)
            .find(({ message }) => message.includes(text))
      ),
    stop: async (signal = "SIGTERM") => {
      child.kill(signal)
      return ended
    }
  }
}
