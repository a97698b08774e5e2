/** Stands between a client and an org: passes everything on, and lets a test act just before a request goes through. */
import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

/** `path` is decoded, with its query. */
export type Before = (asked: { readonly method: string; readonly path: string }) => Effect.Effect<void>

interface Running {
  readonly url: string
  readonly stop: () => void
}

const listen = (url: string, before: (asked: Parameters<Before>[0]) => Promise<void>) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<Running>((resume) => {
        const target = new URL(url)
        const server = createServer((asked, answer) => {
          const path = decodeURIComponent((asked.url ?? "").replaceAll("+", "%20"))
          before({ method: asked.method ?? "", path }).then(() => {
            const { method, headers } = asked
            const onward = request({
              host: target.hostname,
              port: target.port,
              path: asked.url,
              method,
              headers
            })
            onward.on("response", (reply) => {
              answer.writeHead(reply.statusCode ?? 502, reply.headers)
              reply.pipe(answer)
            })
            onward.on("error", () => answer.destroy())
            asked.pipe(onward)
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const stop = () => {
            server.closeAllConnections()
            server.close()
          }
          const { port } = server.address() as AddressInfo
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, stop }))
        })
      }),
      ({ stop }) => Effect.sync(stop)
    ),
    ({ url: own }) => own
  )

/** The address under which the org is reached through it. */
export const forwarder = Effect.fnUntraced(function* (url: string, before: Before) {
  const run = Effect.runPromiseWith(yield* Effect.context())
  return yield* listen(url, (asked) => run(before(asked)))
})
