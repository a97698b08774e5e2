/** The few calls that the bench makes of the org itself: describe, result pages, control. */
import { createWriteStream } from "node:fs"
import { type IncomingMessage, request } from "node:http"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import type { Emulator } from "./emulator.ts"

const call = (
  emulator: Emulator,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const sent = { authorization: `Bearer ${emulator.accessToken}`, ...headers }
    request(`${emulator.url}${path}`, { method, headers: sent }, resolve).on("error", reject).end(body)
  })

export const askJson = async (
  emulator: Emulator,
  path: string,
  post?: unknown
): Promise<Record<string, unknown>> => {
  const headers: Record<string, string> = post === undefined ? {} : { "content-type": "application/json" }
  const method = post === undefined ? "GET" : "POST"
  const chunks: Array<Buffer> = []
  const response = await call(
    emulator,
    method,
    path,
    headers,
    post === undefined ? undefined : JSON.stringify(post)
  )
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  if ((response.statusCode ?? 500) >= 300)
    throw new Error(`${method} ${path}: ${response.statusCode} ${text}`)
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>)
}

const rest = "/services/data/v67.0"

const engineTypes: Readonly<Record<string, string>> = {
  double: "FLOAT8",
  currency: "FLOAT8",
  percent: "FLOAT8",
  int: "INTEGER",
  boolean: "BOOLEAN",
  datetime: "TIMESTAMPTZ",
  date: "DATE"
}

/** Field → the type that an engine loads it as, from describe; names that DuckDB and Postgres share. */
export const columnTypes = async (
  emulator: Emulator,
  object: string,
  header: ReadonlyArray<string>
): Promise<Record<string, string>> => {
  const describe = await askJson(emulator, `${rest}/sobjects/${object}/describe`)
  const fields = describe.fields as ReadonlyArray<{ readonly name: string; readonly type: string }>
  const types = new Map(fields.map(({ name, type }) => [name, engineTypes[type] ?? "VARCHAR"]))
  return Object.fromEntries(header.map((name) => [name, types.get(name) ?? "VARCHAR"]))
}

interface Page {
  readonly path: string
  readonly response: IncomingMessage
}

interface Job {
  readonly id: string
  readonly object: string
  readonly state: string
}

/** A large object is read by several. */
const finishedJobs = async (emulator: Emulator, object: string): Promise<ReadonlyArray<Job>> => {
  const list = await askJson(emulator, `${rest}/jobs/query`)
  return (list.records as ReadonlyArray<Job>).filter(
    (job) => job.state === "JobComplete" && job.object === object
  )
}

/** The result pages of a job, one after the other; each must be read before the next is asked for. */
async function* pagesOf(emulator: Emulator, job: Job): AsyncGenerator<Page> {
  let locator = ""
  do {
    const path = `${rest}/jobs/query/${job.id}/results${locator}`
    const response = await call(emulator, "GET", path, { "accept-encoding": "gzip" })
    if (response.headers["content-encoding"] !== "gzip") throw new Error("a page came without gzip")
    yield { path, response }
    const next = String(response.headers["sforce-locator"])
    locator = next === "null" ? "" : `?locator=${encodeURIComponent(next)}`
  } while (locator !== "")
}

/** Saves the gzip'd result pages of the object's finished query jobs, as sent, for the others to load. */
export const savePages = async (
  emulator: Emulator,
  object: string,
  folder: string
): Promise<ReadonlyArray<string>> => {
  const pages: Array<string> = []
  for (const job of await finishedJobs(emulator, object)) {
    for await (const { response } of pagesOf(emulator, job)) {
      const file = join(folder, `${object}-${pages.length}.csv.gz`)
      await pipeline(response, createWriteStream(file))
      pages.push(file)
    }
  }
  if (pages.length === 0) throw new Error(`no finished query job of ${object} to take pages from`)
  return pages
}

/** Where the result pages of the objects' finished query jobs are; an object read without a job has none. */
export const pagePaths = async (
  emulator: Emulator,
  objects: ReadonlyArray<string>
): Promise<ReadonlyArray<string>> => {
  const paths: Array<string> = []
  for (const object of objects) {
    for (const job of await finishedJobs(emulator, object)) {
      for await (const { path, response } of pagesOf(emulator, job)) {
        response.resume()
        paths.push(path)
      }
    }
  }
  return paths
}
