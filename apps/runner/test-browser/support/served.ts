/** `decant serve` over a folder of its own, as a person starts it. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const command = fileURLToPath(new URL("../../bin/decant.mjs", import.meta.url))

export interface Served {
  /** The address that was printed, which signs in. */
  readonly entry: string
  readonly url: string
  readonly folder: string
  readonly path: (name: string) => string
  readonly stop: () => Promise<void>
}

const printed = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let output = ""
    let errors = ""
    child.stderr?.on("data", (chunk) => {
      errors += chunk
    })
    child.stdout?.on("data", (chunk) => {
      output += chunk
      const found = /http:\/\/[^\s"]+/.exec(output)
      if (found !== null && output.includes("\n")) resolve(found[0])
    })
    child.once("exit", (code) => reject(new Error(`decant serve ended with ${code}: ${errors}`)))
  })

export const startServer = async (env: Readonly<Record<string, string>> = {}): Promise<Served> => {
  const folder = await mkdtemp(join(tmpdir(), "decant-ui-"))
  const child = spawn(process.execPath, [command, "serve", folder, "--port", "0"], {
    cwd: folder,
    env: { ...process.env, DECANT_HOME: join(folder, "home"), ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const entry = await printed(child)
  return {
    entry,
    url: new URL(entry).origin,
    folder,
    path: (name) => join(folder, name),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM")
        await once(child, "exit")
      }
      await rm(folder, { recursive: true, force: true })
    }
  }
}
