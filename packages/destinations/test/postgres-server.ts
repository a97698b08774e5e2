/**
 * The run's Postgres (`one-postgres.ts`; DECANT_TEST_POSTGRES_URL names another one, of a superuser) for one test
 * file, with a role of the file's own. Each folder has a database of its own, made when it is first asked for, in
 * which the role may make schemas and nothing else. Both go with the file.
 */
import { randomBytes } from "node:crypto"
import { basename } from "node:path"
import { afterAll, beforeAll, inject } from "@effect/vitest"
import pg from "pg"

/** The URL of a superuser of the run's server. */
const runningServer = async (): Promise<URL> => {
  const answer = await fetch(inject("postgresAt"))
  const text = await answer.text()
  if (!answer.ok) throw new Error(`the Postgres of the tests does not start: ${text}`)
  return new URL(text)
}

export interface PostgresServer {
  /** The URL of a folder's database for the role that writes; `database` is made when it is not there. */
  readonly urlOf: (folder: string) => string
  readonly prepare: (folder: string) => Promise<void>
  /** One statement as a superuser, in the database of a folder or, without one, of the server. */
  readonly admin: (
    folder: string | null,
    sql: string,
    values?: ReadonlyArray<unknown>
  ) => Promise<ReadonlyArray<Record<string, unknown>>>
  readonly superUrlOf: (folder: string) => string
}

export const postgresServer = (): PostgresServer => {
  let running: URL | null = null
  const made = new Map<string, Promise<void>>()
  const suffix = randomBytes(3).toString("hex")
  const role = `decant_${suffix}`
  const theUrl = (): URL => {
    if (running === null) throw new Error("the server has not been started")
    return new URL(running)
  }
  const nameOf = (folder: string): string =>
    `${basename(folder)}_${suffix}`.toLowerCase().replaceAll("-", "_")
  const superUrlOf = (folder: string): string => {
    const url = theUrl()
    url.pathname = nameOf(folder)
    return url.href
  }
  const admin: PostgresServer["admin"] = async (folder, sql, values = []) => {
    const client = new pg.Client({ connectionString: folder === null ? theUrl().href : superUrlOf(folder) })
    client.on("error", () => undefined)
    await client.connect()
    try {
      return (await client.query(sql, [...values])).rows
    } finally {
      await client.end()
    }
  }
  const make = async (folder: string): Promise<void> => {
    await admin(null, `CREATE DATABASE "${nameOf(folder)}"`)
    await admin(null, `GRANT CREATE ON DATABASE "${nameOf(folder)}" TO ${role}`)
  }
  beforeAll(async () => {
    running = await runningServer()
    await admin(null, `CREATE ROLE ${role} LOGIN PASSWORD 'writer'`)
  })
  afterAll(async () => {
    for (const folder of made.keys()) {
      await admin(null, `DROP DATABASE IF EXISTS "${nameOf(folder)}" WITH (FORCE)`)
    }
    await admin(null, `DROP ROLE ${role}`)
  }, 300_000)
  return {
    admin,
    superUrlOf,
    urlOf: (folder) => {
      const url = new URL(superUrlOf(folder))
      url.username = role
      url.password = "writer"
      return url.href
    },
    prepare: (folder) => {
      const making = made.get(folder) ?? make(folder)
      made.set(folder, making)
      return making
    }
  }
}
