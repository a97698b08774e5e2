/** The `salesforce-emulator` command as a child process, and its control calls. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { firstLine } from "./first-line.ts"

const command = fileURLToPath(
  new URL("../../../../packages/salesforce-emulator/bin/salesforce-emulator.mjs", import.meta.url)
)

export interface Emulator {
  readonly url: string
  readonly orgId: string
  readonly username: string
  readonly password: string
  readonly accessToken: string
  readonly env: Readonly<Record<string, string>>
  /** The app whose key may act as any user. */
  readonly jwt: { readonly clientId: string; readonly privateKeyFile: string }
  readonly control: (method: string, path: string, body?: unknown) => Promise<unknown>
  readonly records: (
    object: string,
    change: Readonly<Record<string, unknown>>
  ) => Promise<{ readonly inserted?: ReadonlyArray<string> }>
  /** The org's rows of an object, as REST would show them. */
  readonly truth: (object: string) => Promise<ReadonlyArray<Record<string, unknown>>>
  /** What clients asked for, oldest first. */
  readonly requests: () => Promise<ReadonlyArray<LoggedRequest>>
  readonly stop: () => Promise<void>
}

interface LoggedRequest {
  readonly method: string
  readonly path: string
  readonly ended: string
}

interface Ready {
  readonly url: string
  readonly orgId: string
  readonly username: string
  readonly password: string
  readonly accessToken: string
  readonly apps: {
    readonly clientCredentials: { readonly clientId: string; readonly clientSecret: string }
    readonly jwt: Emulator["jwt"]
  }
}

export const startEmulator = async (...args: ReadonlyArray<string>): Promise<Emulator> => {
  const child = spawn(process.execPath, [command, "--port", "0", "--exit-with-parent", ...args], {
    stdio: ["pipe", "pipe", "pipe"]
  })
  const ready: Ready = JSON.parse(await firstLine(child, "the emulator"))
  const { clientId, clientSecret } = ready.apps.clientCredentials
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
  const control = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const text = await call(method, path, body)
    return text === "" ? null : JSON.parse(text)
  }
  return {
    url: ready.url,
    orgId: ready.orgId,
    username: ready.username,
    password: ready.password,
    accessToken: ready.accessToken,
    jwt: ready.apps.jwt,
    env: {
      SALESFORCE_URL: ready.url,
      SALESFORCE_CLIENT_ID: clientId,
      SALESFORCE_CLIENT_SECRET: clientSecret
    },
    control,
    records: async (object, change) =>
      (await control("POST", `records/${object}`, change)) as { inserted?: ReadonlyArray<string> },
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
