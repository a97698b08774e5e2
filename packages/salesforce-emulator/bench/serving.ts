/**
 * How fast the emulator serves a back-fill that was asked before, beside a bare file server that sends the same bytes:
 *
 *     node bench/serving.ts [rows] [rows a page] [pages at once]
 *
 * Prints one line of JSON. Processor time is read from /proc, so it is 0 elsewhere than on Linux.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { get, type IncomingMessage } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { pipeline } from "node:stream/promises"

const [rows = 1_000_000, pageRows = 250_000, atOnce = 4] = process.argv.slice(2).map(Number)
const rounds = 5
const children: Array<ChildProcess> = []
const folder = mkdtempSync(join(tmpdir(), "serving-"))

/** Starts a script and gives back its first line of output. */
const start = (script: string, args: ReadonlyArray<string>) =>
  new Promise<{ readonly line: string; readonly pid: number }>((resolve, reject) => {
    const path = new URL(script, import.meta.url).pathname
    const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "inherit"] })
    children.push(child)
    child.once("exit", (code) => reject(new Error(`${script} ended with ${code}`)))
    createInterface(child.stdout).once("line", (line) => resolve({ line, pid: child.pid ?? 0 }))
  })

/** Seconds of processor time the process has used. */
const cpuOf = (pid: number): number => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return 0
  }
}

const open = (url: string, headers: Readonly<Record<string, string>>) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers }, resolve).on("error", reject)
  })

const drainAll = async (urls: ReadonlyArray<string>, headers: Readonly<Record<string, string>>) => {
  const waiting = [...urls]
  let bytes = 0
  const take = async () => {
    for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
      for await (const chunk of await open(url, headers)) bytes += chunk.length
    }
  }
  await Promise.all(Array.from({ length: atOnce }, take))
  return bytes
}

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

const median = (values: ReadonlyArray<number>) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

const describe = async (object: string, root: string, headers: Readonly<Record<string, string>>) => {
  const answer = await fetch(`${root}/sobjects/${object}/describe`, { headers })
  const { fields } = (await answer.json()) as {
    readonly fields: ReadonlyArray<{ readonly name: string; readonly type: string }>
  }
  return fields.filter(({ type }) => type !== "address" && type !== "location").map(({ name }) => name)
}

const measure = async () => {
  const begun = performance.now()
  const emulator = await start("../bin/salesforce-emulator.mjs", [
    "--port",
    "0",
    "--dataset",
    "scale",
    "--rows",
    `Account=${rows}`
  ])
  const readySeconds = (performance.now() - begun) / 1000
  const { url, accessToken } = JSON.parse(emulator.line) as Readonly<Record<string, string>>
  const root = `${url}/services/data/v67.0`
  const headers = { authorization: `Bearer ${accessToken}`, "accept-encoding": "gzip" }
  const soql = `SELECT ${(await describe("Account", root, headers)).join(", ")} FROM Account`

  const runJob = async () => {
    const created = await fetch(`${root}/jobs/query`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ operation: "queryAll", query: soql })
    })
    const { id } = (await created.json()) as { readonly id: string }
    for (;;) {
      const { state } = (await (await fetch(`${root}/jobs/query/${id}`, { headers })).json()) as {
        readonly state: string
      }
      if (state === "JobComplete") return id
      if (state === "Failed") throw new Error("the job failed")
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const pagesOf = async (id: string) => {
    const pages: Array<string> = []
    let next: string | null = "null"
    do {
      const at = next === "null" ? "" : `&locator=${next}`
      const page: string = `${root}/jobs/query/${id}/results?maxRecords=${pageRows}${at}`
      const answer = await open(page, headers)
      answer.destroy()
      pages.push(page)
      next = String(answer.headers["sforce-locator"])
    } while (next !== "null")
    return pages
  }

  const cpuBefore = cpuOf(emulator.pid)
  const firstJobSeconds = await seconds(runJob)
  const firstJobCpuSeconds = cpuOf(emulator.pid) - cpuBefore
  let id = ""
  const cpuAgain = cpuOf(emulator.pid)
  const secondJobSeconds = await seconds(async () => {
    id = await runJob()
  })
  const secondJobCpuSeconds = cpuOf(emulator.pid) - cpuAgain

  const pages = await pagesOf(id)
  for (const [at, page] of pages.entries()) {
    await pipeline(await open(page, headers), createWriteStream(join(folder, `${at}.gz`)))
  }
  const floor = await start("./static-server.ts", [folder])
  const files = pages.map((_, at) => `http://127.0.0.1:${floor.line}/${at}.gz`)
  const emulated: Array<number> = []
  const bare: Array<number> = []
  let bytes = 0
  for (let round = 0; round < rounds; round++) {
    emulated.push(
      await seconds(async () => {
        bytes = await drainAll(pages, headers)
      })
    )
    bare.push(await seconds(() => drainAll(files, {})))
  }
  const [mine, theirs] = [median(emulated), median(bare)]
  return {
    rows,
    pages: pages.length,
    megabytes: Math.round(bytes / 1e6),
    readySeconds,
    firstJobSeconds,
    firstJobCpuSeconds,
    secondJobSeconds,
    secondJobCpuSeconds,
    megabytesPerSecond: Math.round(bytes / 1e6 / mine),
    bareMegabytesPerSecond: Math.round(bytes / 1e6 / theirs),
    ratio: Math.round((theirs / mine) * 100) / 100
  }
}

try {
  process.stdout.write(`${JSON.stringify(await measure())}\n`)
} finally {
  for (const child of children) {
    child.removeAllListeners("exit")
    child.kill("SIGTERM")
  }
  rmSync(folder, { recursive: true, force: true })
}
