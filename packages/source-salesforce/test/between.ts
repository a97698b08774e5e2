/** A proxy between the source and a local org: it sees every call, may answer itself, and can be a slow network. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as after } from "node:timers/promises"
import type { Spec } from "@decant/connector"
import { Effect } from "effect"

export interface Passing {
  readonly method: string
  readonly path: string
  readonly body: string
  readonly headers: IncomingMessage["headers"]
}

interface Given {
  readonly status: number
  readonly body: unknown
}

export interface Between {
  /** Null lets the call through. */
  readonly answer?: (call: Passing) => Promise<Given | null>
  /** Sees the org's own reply to a small call. */
  readonly saw?: (call: Passing, reply: string) => void
  readonly delayMillis?: number
  /** Of each connection. */
  readonly bytesPerSecond?: number
}

const textOf = async (message: IncomingMessage): Promise<Buffer> => {
  const parts: Array<Buffer> = []
  for await (const part of message) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

const send = (origin: string, call: Passing): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const target = new URL(call.path, origin)
    const { method, headers } = call
    const sent = request(target, { method, headers, agent: false }, resolve)
    sent.once("error", reject)
    sent.end(call.body)
  })

/** Bytes leave no faster than the network lets them. */
const passOn = async (reply: IncomingMessage, response: ServerResponse, perSecond: number) => {
  const begun = performance.now()
  let bytes = 0
  for await (const part of reply) {
    bytes += (part as Buffer).length
    const wait = (bytes / perSecond) * 1000 - (performance.now() - begun)
    if (wait > 1) await after(wait)
    if (!response.write(part)) await new Promise<void>((resume) => response.once("drain", resume))
  }
  response.end()
}

const handle = async (
  origin: string,
  between: Between,
  incoming: IncomingMessage,
  response: ServerResponse
) => {
  const body = (await textOf(incoming)).toString("utf8")
  const call: Passing = {
    method: incoming.method ?? "GET",
    path: incoming.url ?? "/",
    body,
    headers: incoming.headers
  }
  if (between.delayMillis !== undefined) await after(between.delayMillis)
  const given = (await between.answer?.(call)) ?? null
  if (given !== null) {
    response.writeHead(given.status, { "content-type": "application/json" }).end(JSON.stringify(given.body))
    return
  }
  const reply = await send(
    origin,
    between.saw === undefined ? call : { ...call, headers: plain(call.headers) }
  )
  response.writeHead(reply.statusCode ?? 502, reply.headers)
  if (between.saw !== undefined && !call.path.includes("/results")) {
    const text = await textOf(reply)
    between.saw(call, text.toString("utf8"))
    response.end(text)
    return
  }
  await passOn(reply, response, between.bytesPerSecond ?? Number.POSITIVE_INFINITY)
}

/** Small replies uncompressed, so that they can be seen. */
const plain = (headers: IncomingMessage["headers"]): IncomingMessage["headers"] =>
  headers.accept === "text/csv" ? headers : { ...headers, "accept-encoding": "identity" }

/** The proxy's address; it goes with the test. */
export const standBetween = (origin: string, between: Between) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly stop: () => void }>((resume) => {
      const server = createServer((incoming, response) => {
        handle(origin, between, incoming, response).catch(() => response.destroy())
      })
      server.listen(0, "127.0.0.1", () => {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        const stop = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ url, stop }))
      })
    }),
    ({ stop }) => Effect.sync(stop)
  ).pipe(Effect.map(({ url }) => url))

export const at = (spec: Spec, url: string): Spec => ({
  ...spec,
  source: { ...spec.source, environment: url }
})
