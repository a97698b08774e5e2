/**
 * A network between client and org: every call waits, and each connection carries so many bytes a second. The
 * host header is passed on, so the org sends its clients back through here.
 */
import { createServer, request } from "node:http"
import { pipeline, Transform } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"

export interface SlowNetwork {
  readonly url: string
  readonly stop: () => void
}

/** Lets through what the rate allows since the first byte. */
const throttle = (bytesPerSecond: number): Transform => {
  const started = performance.now()
  let sent = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      sent += chunk.length
      const due = (sent / bytesPerSecond) * 1000 - (performance.now() - started)
      setTimeout(() => done(null, chunk), Math.max(0, due))
    }
  })
}

export const slowNetwork = (
  to: string,
  of: { readonly delayMs: number; readonly bytesPerSecond: number }
): Promise<SlowNetwork> =>
  new Promise((resolve) => {
    const target = new URL(to)
    const server = createServer(async (incoming, outgoing) => {
      await sleep(of.delayMs)
      const { method, headers, url: path } = incoming
      const onward = request(
        { host: target.hostname, port: target.port, method, headers, path },
        (response) => {
          outgoing.writeHead(response.statusCode ?? 502, response.headers)
          pipeline(response, throttle(of.bytesPerSecond), outgoing, () => undefined)
        }
      )
      onward.on("error", () => outgoing.destroy())
      incoming.pipe(onward)
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resolve({ url: `http://127.0.0.1:${port}`, stop: () => void server.close() })
    })
  })
