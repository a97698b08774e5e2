/**
 * Vitest's global set-up: one Postgres for a whole run, started when the first file asks for it. Files ask at an
 * address of the loopback, because only the main process outlives them all: `GET /` answers with the URL of a
 * superuser, `POST /` makes a database with a role that owns it and answers with that role's URL, and `DELETE /name`
 * drops both.
 */
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import pg from "pg"
import type { TestProject } from "vitest/node"
import type { RunningPostgres } from "./embedded-postgres.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly postgresAt: string
  }
}

const given = process.env.DECANT_TEST_POSTGRES_URL

/**
 * embedded-postgres hooks the end of the process that loads it: at `beforeExit` it ends it with code 0, whatever code
 * was set, so that in Vitest's own process a failed run would look like a good one; at `exit` it throws. The server is
 * stopped here, so both hooks go. Those of signals stay.
 */
const startHere = async (): Promise<RunningPostgres> => {
  const ends = ["beforeExit", "exit"]
  const hooks: NodeJS.EventEmitter = process
  const before = new Set(ends.flatMap((end) => hooks.listeners(end)))
  const { startEmbeddedPostgres } = await import("./embedded-postgres.ts")
  const running = await startEmbeddedPostgres()
  for (const end of ends) {
    for (const listener of hooks.listeners(end)) {
      if (!before.has(listener)) hooks.removeListener(end, listener as () => void)
    }
  }
  return running
}

const start = async (): Promise<RunningPostgres> =>
  given === undefined ? startHere() : { url: given, stop: () => Promise.resolve() }

const execute = async (url: string, statements: ReadonlyArray<string>): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

const makeDatabase = async (superUrl: string): Promise<string> => {
  const name = `decant_${randomBytes(6).toString("hex")}`
  await execute(superUrl, [
    `CREATE ROLE ${name} LOGIN PASSWORD 'secret'`,
    `CREATE DATABASE ${name} OWNER ${name} ENCODING 'UTF8' TEMPLATE template0`
  ])
  const url = new URL(superUrl)
  url.username = name
  url.password = "secret"
  url.pathname = `/${name}`
  return url.href
}

const dropDatabase = async (superUrl: string, name: string): Promise<string> => {
  await execute(superUrl, [`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`, `DROP ROLE IF EXISTS "${name}"`])
  return ""
}

const answer = (superUrl: string, method = "GET", path = "/"): string | Promise<string> => {
  if (method === "POST") return makeDatabase(superUrl)
  return method === "DELETE" ? dropDatabase(superUrl, path.slice(1)) : superUrl
}

export const setup = async (project: TestProject) => {
  let running: Promise<RunningPostgres> | undefined
  const door = createServer((request, response) => {
    running ??= start()
    running
      .then(({ url }) => answer(url, request.method, request.url))
      .then(
        (text) => response.end(text),
        (cause: unknown) => response.writeHead(500).end(String(cause))
      )
  }).listen(0, "127.0.0.1")
  await once(door, "listening")
  project.provide("postgresAt", `http://127.0.0.1:${(door.address() as AddressInfo).port}`)
  return async () => {
    door.close()
    door.closeAllConnections()
    await (await running)?.stop()
  }
}
