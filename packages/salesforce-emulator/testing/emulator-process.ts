/**
 * The `salesforce-emulator` command as a child process, and its control calls: what tests of other packages start.
 * It imports nothing of the emulator, so that these test against what is published.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const command = fileURLToPath(new URL("../bin/salesforce-emulator.mjs", import.meta.url))

export type Row = Readonly<Record<string, unknown>>

export interface LoggedRequest {
  readonly method: string
  readonly path: string
  readonly client?: string
  readonly ended: string
}

/** The line that the command prints when it is ready. */
interface Ready {
  readonly url: string
  readonly orgId: string
  readonly username: string
  readonly password: string
  readonly accessToken: string
  readonly apps: {
    readonly public: { readonly clientId: string }
    /** The app whose key may act as any user. */
    readonly jwt: { readonly clientId: string; readonly privateKeyFile: string }
    readonly clientCredentials: { readonly clientId: string; readonly clientSecret: string }
  }
}

export interface EmulatorProcess extends Ready {
  /** Any call below `/emulator/`; the answer parsed. */
  readonly control: (method: string, path: string, body?: unknown) => Promise<unknown>
  /** Inserts, updates and deletes behind the API's back; the Ids by what was done. */
  readonly records: (object: string, change: Row) => Promise<Readonly<Record<string, ReadonlyArray<string>>>>
  /** The org's rows of an object, as REST would show them. */
  readonly truth: (object: string) => Promise<ReadonlyArray<Row>>
  /** What clients asked for, oldest first. */
  readonly requests: () => Promise<ReadonlyArray<LoggedRequest>>
  readonly stop: () => Promise<void>
}

export const startEmulator = async (...args: ReadonlyArray<string>): Promise<EmulatorProcess> => {
  const child = spawn(process.execPath, [command, "--port", "0", "--exit-with-parent", ...args], {
    stdio: ["pipe", "pipe", "inherit"]
  })
  const ready = await new Promise<Ready>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", (line) => resolve(JSON.parse(line)))
    child.once("exit", (code) => reject(new Error(`the emulator ended with ${code} before it was ready`)))
  })
  const call = async (method: string, path: string, body?: unknown): Promise<string> => {
    const response = await fetch(`${ready.url}/emulator/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } })
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} /emulator/${path}: ${response.status} ${text}`)
    return text
  }
  const control: EmulatorProcess["control"] = async (method, path, body) => {
    const text = await call(method, path, body)
    return text === "" ? null : JSON.parse(text)
  }
  return {
    ...ready,
    control,
    records: async (object, change) =>
      (await control("POST", `records/${object}`, change)) as Readonly<Record<string, ReadonlyArray<string>>>,
    truth: async (object) =>
      (await call("GET", `truth/${object}`))
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
    requests: async () => (await control("GET", "requests")) as ReadonlyArray<LoggedRequest>,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill("SIGTERM")
      await once(child, "exit")
    }
  }
}
