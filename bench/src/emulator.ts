/** Starts the `salesforce-emulator` command with a large org and fetches result pages from it. */
import { spawn } from "node:child_process"
import { createWriteStream, readFileSync } from "node:fs"
import { request } from "node:http"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { pipeline } from "node:stream/promises"
import { programPath } from "./measure.ts"

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

const linuxCpu = (pid: number): number | null => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return null
  }
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
      cpu: () => (child.pid === undefined ? null : linuxCpu(child.pid)),
      stop: () => void child.kill()
    }
  }
  throw new Error("the emulator ended before it was ready")
}

const get = (emulator: Emulator, path: string, headers: Record<string, string> = {}) =>
  new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
    request(
      `${emulator.url}${path}`,
      { headers: { authorization: `Bearer ${emulator.accessToken}`, ...headers } },
      resolve
    )
      .on("error", reject)
      .end()
  })

const json = async (emulator: Emulator, path: string): Promise<unknown> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of await get(emulator, path)) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString())
}

/** Saves the gzip'd result pages of the newest finished query job, as sent, for the floor to load. */
export const saveNewestPages = async (emulator: Emulator, folder: string): Promise<ReadonlyArray<string>> => {
  const list = (await json(emulator, "/services/data/v67.0/jobs/query")) as {
    records: ReadonlyArray<{ id: string; state: string; createdDate: string }>
  }
  const newest = list.records
    .filter((job) => job.state === "JobComplete")
    .sort((a, b) => b.createdDate.localeCompare(a.createdDate))[0]
  if (newest === undefined) throw new Error("no finished query job to take pages from")
  const files: Array<string> = []
  let locator = ""
  do {
    const file = join(folder, `page-${files.length}.csv.gz`)
    const response = await get(emulator, `/services/data/v67.0/jobs/query/${newest.id}/results?${locator}`, {
      "accept-encoding": "gzip"
    })
    if (response.headers["content-encoding"] !== "gzip")
      throw new Error("the emulator did not compress a page")
    await pipeline(response, createWriteStream(file))
    files.push(file)
    const next = String(response.headers["sforce-locator"])
    locator = next === "null" ? "" : `locator=${encodeURIComponent(next)}`
  } while (locator !== "")
  return files
}
