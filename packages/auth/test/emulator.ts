/** Starts the emulator's command for a test, and plays the person at the browser. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { Effect } from "effect"

export interface Emulator {
  readonly url: string
  readonly orgId: string
  readonly username: string
  readonly password: string
  readonly accessToken: string
  readonly apps: {
    readonly public: { readonly clientId: string }
    readonly jwt: { readonly clientId: string; readonly privateKeyFile: string }
    readonly clientCredentials: { readonly clientId: string; readonly clientSecret: string }
  }
}

const command = join(import.meta.dirname, "../../salesforce-emulator/bin/salesforce-emulator.mjs")

export const emulator = Effect.acquireRelease(
  Effect.promise(async () => {
    const child = spawn(process.execPath, [command, "--port", "0", "--exit-with-parent"], {
      stdio: ["pipe", "pipe", "inherit"]
    })
    const lines = createInterface({ input: child.stdout })
    const [line] = await once(lines, "line")
    return { child, ready: JSON.parse(String(line)) as Emulator }
  }),
  ({ child }) =>
    Effect.promise(async () => {
      child.kill("SIGTERM")
      if (child.exitCode === null) await once(child, "exit")
    })
).pipe(Effect.map(({ ready }) => ready))

export const control = (org: Emulator, path: string, body: unknown) =>
  Effect.promise(async () => {
    const response = await fetch(`${org.url}/emulator/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body)
    })
    if (!response.ok) throw new Error(`/emulator/${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as unknown
  })

/** How often a path was asked for. */
export const requestsTo = (org: Emulator, path: string) =>
  Effect.promise(async () => {
    const log = (await (await fetch(`${org.url}/emulator/requests`)).json()) as ReadonlyArray<{
      readonly path: string
    }>
    return log.filter((request) => request.path === path).length
  })

const hiddenField = (html: string): string => /name="pending" value="([^"]+)"/.exec(html)?.[1] ?? ""

const post = (
  org: Emulator,
  path: string,
  fields: Readonly<Record<string, string>>,
  cookie = ""
): Promise<Response> =>
  fetch(`${org.url}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie },
    body: new URLSearchParams(fields)
  })

type Decision = "allow" | "deny"

const decide = async (org: Emulator, page: Response, decision: Decision): Promise<Response> => {
  const cookie = page.headers.get("set-cookie")?.split(";")[0] ?? ""
  const pending = hiddenField(await page.text())
  return post(org, "/setup/secur/RemoteAccessAuthorizationPage.apexp", { pending, decision }, cookie)
}

/** Logs in, presses Allow or Deny, and returns the address that the browser is sent to. */
export const answerInBrowser = (org: Emulator, authorizeUrl: string, decision: Decision = "allow") =>
  Effect.promise(async () => {
    const start = await fetch(authorizeUrl, { redirect: "manual" })
    const sentAway = start.headers.get("location")
    if (sentAway !== null) return sentAway
    const login = await post(org, "/secur/login", {
      pending: hiddenField(await start.text()),
      username: org.username,
      pw: org.password
    })
    const through = login.headers.get("location")
    if (through !== null) return through
    return (await decide(org, login, decision)).headers.get("location") ?? ""
  })

/** Types a device's code and presses Allow or Deny. */
export const confirmDevice = (org: Emulator, userCode: string, decision: Decision = "allow") =>
  Effect.promise(async () => {
    const consent = await post(org, "/setup/connect", {
      user_code: userCode,
      username: org.username,
      pw: org.password
    })
    const decided = await decide(org, consent, decision)
    if (!decided.ok) throw new Error(`/setup/connect: ${decided.status}`)
  })
