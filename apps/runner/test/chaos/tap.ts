/**
 * Stands between Decant and the emulator and counts its requests, so that things happen at the n-th one and not
 * after so many milliseconds. A request waits while something happens to the org; faults are the emulator's own.
 */
import { Agent, createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import type { Request } from "./faults.ts"

type Passing = "pass" | "slowly"

interface Listener {
  /** Before the request is sent on; `at` counts from 1. */
  readonly onRequest: (at: number, request: Request) => Promise<Passing>
  /** After so many bytes of an answer, and after its end. */
  readonly onAnswer: (at: number, bytes: number, ended: boolean) => void
}

export interface Tap {
  readonly url: string
  /** Counts from 1 again. */
  readonly listen: (listener: Listener | null) => void
  readonly count: () => number
  readonly close: () => Promise<void>
}

const sliceBytes = 2_048

const slowly = async (response: ServerResponse, chunk: Buffer): Promise<void> => {
  for (let at = 0; at < chunk.length; at += sliceBytes) {
    if (response.destroyed) return
    response.write(chunk.subarray(at, at + sliceBytes))
    await pause(4)
  }
}

const answer = async (
  from: IncomingMessage,
  to: ServerResponse,
  passing: Passing,
  heard: (bytes: number, ended: boolean) => void
): Promise<void> => {
  to.writeHead(from.statusCode ?? 502, from.headers)
  for await (const chunk of from) {
    if (to.destroyed) return
    if (passing === "slowly") await slowly(to, chunk)
    else to.write(chunk)
    heard(chunk.length, false)
  }
  to.end()
  heard(0, true)
}

export const openTap = async (target: string): Promise<Tap> => {
  const agent = new Agent({ keepAlive: true })
  let listener: Listener | null = null
  let count = 0

  const pass = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    count += 1
    const [at, heardBy] = [count, listener]
    const { method = "GET", url = "/" } = incoming
    const passing = (await heardBy?.onRequest(at, { method, url })) ?? "pass"
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const outgoing = forward(`${target}${url}`, { method, headers: incoming.headers, agent }, resolve)
    outgoing.on("error", reject)
    incoming.pipe(outgoing)
    await answer(await promise, response, passing, (bytes, ended) => heardBy?.onAnswer(at, bytes, ended))
  }

  const server = createServer((incoming, response) => {
    response.on("error", () => {})
    incoming.on("error", () => {})
    // A connection that breaks behind us breaks before us.
    pass(incoming, response).catch(() => incoming.socket.resetAndDestroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    listen: (to) => {
      listener = to
      count = 0
    },
    count: () => count,
    close: async () => {
      server.closeAllConnections()
      agent.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    }
  }
}
