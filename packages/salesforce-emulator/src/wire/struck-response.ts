/**
 * Bends one `node:http` response: after so many body bytes the connection is reset, or the body ends early. Effect
 * writes to it as usual and does not know.
 */
import type { OutgoingHttpHeaders, ServerResponse } from "node:http"

/** Lets the kernel hand over what was written before the reset throws the rest away. */
const LINGER_MS = 25

type Done = (error?: Error | null) => void

/** Ends the body after `limit` bytes the way a complete one ends; a declared length gives way to chunks. */
export function truncateAfter(response: ServerResponse, limit: number, onCut: () => void): void {
  const writeHead = response.writeHead.bind(response) as (...args: ReadonlyArray<unknown>) => ServerResponse
  response.writeHead = ((status: number, ...rest: ReadonlyArray<unknown>) => {
    response.removeHeader("content-length")
    return writeHead(status, ...rest.map(withoutLength))
  }) as ServerResponse["writeHead"]
  cut(response, limit, (finish) => {
    onCut()
    response.strictContentLength = false
    finish()
  })
}

/** Sends `limit` bytes of the body, then a TCP reset. With 0 the client gets no byte at all. */
export function resetAfter(response: ServerResponse, limit: number, onCut: () => void): void {
  if (limit === 0) {
    response.writeHead = (() => response) as ServerResponse["writeHead"]
    response.flushHeaders = () => {}
  }
  cut(response, limit, () => {
    onCut()
    const reset = () => response.socket?.resetAndDestroy()
    if (limit === 0) reset()
    else setTimeout(reset, LINGER_MS)
  })
}

function withoutLength(argument: unknown): unknown {
  if (typeof argument !== "object" || argument === null || Array.isArray(argument)) return argument
  return Object.fromEntries(
    Object.entries(argument as OutgoingHttpHeaders).filter(
      ([name]) => name.toLowerCase() !== "content-length"
    )
  )
}

/** Lets `limit` bytes through `write` and `end`; what comes later is swallowed, and `onLimit` says how to end. */
function cut(response: ServerResponse, limit: number, onLimit: (finish: () => void) => void): void {
  const write = response.write.bind(response) as (chunk: Buffer, done?: Done) => boolean
  const end = response.end.bind(response) as (done?: () => void) => ServerResponse
  let sent = 0
  let ended = false

  const strike = (finish?: () => void) => {
    if (ended) {
      finish?.()
      return
    }
    ended = true
    onLimit(() => end(finish))
  }

  const pass = (chunk: Buffer, done?: Done): boolean => {
    if (ended) {
      queueMicrotask(() => done?.())
      return true
    }
    const part = chunk.subarray(0, limit - sent)
    sent += part.length
    if (sent < limit) return write(part, done)
    if (part.length === 0) {
      strike()
      queueMicrotask(() => done?.())
      return true
    }
    return write(part, (error) => {
      strike()
      done?.(error)
    })
  }

  response.write = ((chunk: unknown, ...rest: ReadonlyArray<unknown>) =>
    pass(bytesOf(chunk, rest[0]), callbackOf(rest))) as ServerResponse["write"]
  response.end = ((...args: ReadonlyArray<unknown>) => {
    const done = callbackOf(args)
    const [chunk, encoding] = args
    if (chunk !== undefined && chunk !== null && typeof chunk !== "function") {
      pass(bytesOf(chunk, encoding))
    }
    if (ended) {
      done?.()
    } else if (sent >= limit) {
      strike(done)
    } else {
      end(done)
    }
    return response
  }) as ServerResponse["end"]
}

const callbackOf = (args: ReadonlyArray<unknown>): Done | undefined =>
  args.find((arg): arg is Done => typeof arg === "function")

function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk === "string") {
    return Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
  }
  const bytes = chunk as Uint8Array
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
