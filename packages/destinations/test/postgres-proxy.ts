/** Stands between a writer and the Postgres server, and stops or cuts a connection after what it sends. */
import { connect, createServer, type Socket } from "node:net"
import { Deferred, Effect, type Scope } from "effect"

interface Rule {
  /** `said` is what the connection has sent before, `text` what it sends now. */
  readonly matches: (said: string, text: string) => boolean
  readonly act: (client: Socket, upstream: Socket) => void
}

export interface Proxy {
  readonly urlOf: (url: string) => string
  /** Nothing that follows the match gets to the server, as when the process has frozen, until it is let go. */
  readonly hold: (matches: Rule["matches"]) => {
    readonly there: Effect.Effect<void>
    readonly goOn: Effect.Effect<void>
  }
  /** The server does what the match asks for, and the connection is gone before it says so. */
  readonly cut: (matches: Rule["matches"]) => { readonly there: Effect.Effect<void> }
}

const listen = (server: ReturnType<typeof createServer>): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve(typeof address === "object" && address !== null ? address.port : 0)
    })
  )

export const postgresProxy = (to: URL): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.gen(function* () {
    const rules = new Set<Rule>()
    const sockets = new Set<Socket>()
    const serve = (client: Socket) => {
      const upstream = connect(Number(to.port), to.hostname)
      let said = ""
      for (const socket of [client, upstream]) {
        sockets.add(socket)
        socket.on("error", () => undefined)
      }
      upstream.on("data", (data) => client.write(data))
      upstream.on("close", () => client.destroy())
      client.on("close", () => upstream.destroy())
      client.on("data", (data) => {
        upstream.write(data)
        const text = data.toString("latin1")
        for (const rule of rules) {
          if (!rule.matches(said, text)) continue
          rules.delete(rule)
          rule.act(client, upstream)
        }
        said += text.slice(0, 10_000)
      })
    }
    const server = createServer(serve)
    const port = yield* Effect.acquireRelease(
      Effect.promise(() => listen(server)),
      () =>
        Effect.promise(() => {
          for (const socket of sockets) socket.destroy()
          return new Promise((resolve) => server.close(resolve))
        })
    )
    return {
      urlOf: (url) => {
        const own = new URL(url)
        own.port = String(port)
        own.searchParams.set("sslmode", "disable")
        return own.href
      },
      hold: (matches) => {
        const there = Deferred.makeUnsafe<void>()
        let held: Socket | null = null
        rules.add({
          matches,
          act: (client) => {
            held = client
            client.pause()
            Deferred.doneUnsafe(there, Effect.void)
          }
        })
        return { there: Deferred.await(there), goOn: Effect.sync(() => void held?.resume()) }
      },
      cut: (matches) => {
        const there = Deferred.makeUnsafe<void>()
        rules.add({
          matches,
          act: (client, upstream) => {
            upstream.removeAllListeners("data")
            upstream.once("data", () => {
              client.destroy()
              Deferred.doneUnsafe(there, Effect.void)
            })
          }
        })
        return { there: Deferred.await(there) }
      }
    }
  })
