/** Starts the `salesforce-emulator` command with a large org. */
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { programPath } from "./measure.ts"
import { processCpu } from "./process-cpu.ts"

export interface Emulator {
  readonly url: string
  readonly accessToken: string
  readonly clientId: string
  readonly clientSecret: string
  /** CPU seconds that its process has used so far; null where the system does not tell. */
  readonly cpu: () => number | null
  readonly stop: () => void
}

interface ReadyLine {
  readonly url: string
  readonly accessToken: string
  readonly apps: { readonly clientCredentials: { readonly clientId: string; readonly clientSecret: string } }
}

export const startEmulator = async (args: ReadonlyArray<string>): Promise<Emulator> => {
  const main = programPath("../../packages/salesforce-emulator/bin/salesforce-emulator.mjs")
  const child = spawn(process.execPath, [main, "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  process.on("exit", () => child.kill())
  for await (const line of createInterface(child.stdout)) {
    const ready = JSON.parse(line) as ReadyLine
    return {
      url: ready.url,
      accessToken: ready.accessToken,
      ...ready.apps.clientCredentials,
      cpu: () => (child.pid === undefined ? null : processCpu(child.pid)),
      stop: () => void child.kill()
    }
  }
  throw new Error("the emulator ended before it was ready")
}
