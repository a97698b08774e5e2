/** The emulator's command as a process of its own on a free port, and direct calls to it for checking. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const command = fileURLToPath(new URL("../../bin/salesforce-emulator.mjs", import.meta.url))
const startMillis = 60_000

export interface EmulatedOrg {
  readonly url: string
  readonly orgId: string
  readonly username: string
  readonly password: string
  readonly accessToken: string
  readonly apps: {
    readonly web: {
      readonly clientId: string
      readonly clientSecret: string
      readonly redirectUris: Array<string>
    }
    readonly jwt: { readonly clientId: string; readonly privateKeyFile: string }
    readonly clientCredentials: { readonly clientId: string; readonly clientSecret: string }
  }
  /** A folder for the clients' files, removed with the emulator. */
  readonly folder: string
  /** A control call, `POST /emulator/…`. */
  readonly control: (path: string, body: unknown) => Promise<unknown>
  /** The rows of an object as the org holds them, recycle bin included, by Id. */
  readonly truth: (object: string) => Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>>
  readonly stop: () => Promise<void>
}

const readyLine = async (child: ReturnType<typeof spawn>, errors: () => string) => {
  if (child.stdout === null) throw new Error("the emulator has no stdout")
  const lines = createInterface({ input: child.stdout })
  const timeout = setTimeout(() => child.kill("SIGKILL"), startMillis)
  try {
    for await (const line of lines) return JSON.parse(line)
  } finally {
    clearTimeout(timeout)
  }
  throw new Error(`the emulator did not start:\n${errors()}`)
}

/** Starts `salesforce-emulator --port 0` with further flags. */
export const startEmulator = async (...flags: ReadonlyArray<string>): Promise<EmulatedOrg> => {
  const child = spawn(process.execPath, [command, "--port", "0", ...flags], {
    stdio: ["ignore", "pipe", "pipe"]
  })
  let errors = ""
  child.stderr.on("data", (chunk) => {
    errors += chunk
  })
  const ready = await readyLine(child, () => errors)
  child.stdout.resume()
  const folder = mkdtempSync(join(tmpdir(), "salesforce-clients-"))

  const control = async (path: string, body: unknown) => {
    const response = await fetch(`${ready.url}/emulator/${path}`, {
      method: "POST",
      body: JSON.stringify(body)
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`POST /emulator/${path}: ${response.status} ${text}`)
    return text === "" ? undefined : JSON.parse(text)
  }

  const truth = async (object: string) => {
    const response = await fetch(`${ready.url}/emulator/truth/${object}`)
    if (!response.ok) throw new Error(`GET /emulator/truth/${object}: ${response.status}`)
    const rows = (await response.text()).split("\n").filter((line) => line !== "")
    return new Map(rows.map((line) => JSON.parse(line)).map((row) => [row.Id, row]))
  }

  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit")
      child.kill("SIGTERM")
      const hard = setTimeout(() => child.kill("SIGKILL"), 5_000)
      await exited
      clearTimeout(hard)
    }
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...ready, folder, control, truth, stop }
}
