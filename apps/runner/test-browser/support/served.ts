/** `decant serve` over a folder of its own, as a person starts it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { firstLine } from "../../test/support/first-line.ts"

const command = fileURLToPath(new URL("../../bin/decant.mjs", import.meta.url))

export interface Served {
  /** The address that was printed, which signs in. */
  readonly entry: string
  readonly url: string
  readonly folder: string
  readonly path: (name: string) => string
  readonly stop: () => Promise<void>
}

export const startServer = async (env: Readonly<Record<string, string>> = {}): Promise<Served> => {
  const folder = await mkdtemp(join(tmpdir(), "decant-ui-"))
  const child = spawn(process.execPath, [command, "serve", folder, "--port", "0"], {
    cwd: folder,
    env: { ...process.env, DECANT_HOME: join(folder, "home"), ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const line = await firstLine(child, "decant serve")
  const entry = /http:\/\/\S+/.exec(line)?.[0] ?? ""
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
