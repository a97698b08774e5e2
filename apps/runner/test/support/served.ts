/** `decant serve` over a folder of its own, and a browser's way of talking to it, with plain fetch. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { firstLine } from "./first-line.ts"

const command = fileURLToPath(new URL("../../bin/decant.mjs", import.meta.url))

/** An answer of the API: its status and its JSON, if it is that. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers as scripts do.
  readonly json: any
}

export interface Served {
  readonly url: string
  readonly signInUrl: string
  /** Where it listens on 127.0.0.1. */
  readonly port: number
  readonly folder: string
  readonly path: (name: string) => string
  /** With the session's cookie, once signed in. */
  readonly send: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>
  ) => Promise<Answered>
  readonly signIn: () => Promise<void>
  /** All that the server said on stderr. */
  readonly log: () => string
  readonly stop: () => Promise<void>
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const answered = async (response: Response): Promise<Answered> => {
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: parsed(text) }
}

/** Of `set-cookie`: what a browser sends back. */
export const cookieOf = (response: { readonly headers: Headers }): string =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0] ?? "")
    .join("; ")

export const startServed = async (of: {
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly args?: ReadonlyArray<string>
}): Promise<Served> => {
  const folder = await mkdtemp(join(tmpdir(), "decant-served-"))
  for (const [name, text] of Object.entries(of.files ?? {})) await writeFile(join(folder, name), text)
  const child = spawn(
    process.execPath,
    [command, "serve", folder, "--port", "0", "--json", ...(of.args ?? [])],
    {
      cwd: folder,
      env: { ...process.env, DECANT_HOME: join(folder, "home"), ...of.env },
      stdio: ["ignore", "pipe", "pipe"]
    }
  )
  let said = ""
  child.stderr.on("data", (chunk) => {
    said += chunk
  })
  const { url, signInUrl, port } = JSON.parse(await firstLine(child, "decant serve"))
  let cookie = ""
  return {
    url,
    signInUrl,
    port,
    folder,
    path: (name) => join(folder, name),
    send: async (method, path, body, headers = {}) =>
      answered(
        await fetch(`${url}${path}`, {
          method,
          redirect: "manual",
          headers: {
            ...(cookie === "" ? {} : { cookie }),
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...headers
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) })
        })
      ),
    signIn: async () => {
      cookie = cookieOf(await fetch(signInUrl, { redirect: "manual" }))
    },
    log: () => said,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM")
        await once(child, "exit")
      }
      await rm(folder, { recursive: true, force: true })
    }
  }
}

/** The events of a stream, parsed, until it ends or `enough` says so. */
export const eventsOf = async (
  response: Response,
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  enough: (event: any) => boolean = () => false
  // biome-ignore lint/suspicious/noExplicitAny: as above.
): Promise<ReadonlyArray<any>> => {
  const events: Array<unknown> = []
  let rest = ""
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true })
    const parts = rest.split("\n\n")
    rest = parts.pop() ?? ""
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1]
      if (data === undefined) continue
      const event: unknown = JSON.parse(data)
      events.push(event)
      if (enough(event)) return events
    }
  }
  return events
}

export const textOf = (path: string): Promise<string> => readFile(path, "utf8")
