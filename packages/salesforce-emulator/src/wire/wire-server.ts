/**
 * The `node:http` server under Effect's: it strikes faults, measures and logs every request, refuses what Salesforce's
 * edge refuses by size, and closes fast. Effect's server is mounted on it and sees only the requests that get through.
 */
import { type IncomingMessage, Server, type ServerResponse } from "node:http"
import { decompress } from "./compressed-body.ts"
import type { Fault, Faults } from "./faults.ts"
import { nameHeaders } from "./header-names.ts"
import { chargedCalls, clientOf, type LoggedRequest, type RequestLog, withoutSecrets } from "./request-log.ts"
import { resetAfter, truncateAfter } from "./struck-response.ts"

/** Salesforce's limit for the URI, and for URI and headers together. */
const EDGE_BYTES = 16_384
const CLOSE_GRACE_MS = 100
/** The largest body of a call; files of rows for a bulk job have a limit of their own. */
const BODY_BYTES = 50 * 1024 * 1024
/** Past what a job may have, so that the job itself refuses what is too large. */
const UPLOAD_BYTES = 160 * 1024 * 1024
const UPLOAD = /\/jobs\/ingest\/[^/]+\/batches/i

export interface WireOptions {
  readonly faults: Faults["Service"]
  readonly requestLog: RequestLog["Service"]
}

export class WireServer extends Server {
  readonly #options: WireOptions

  constructor(options: WireOptions) {
    super({ maxHeaderSize: 256 * 1024, keepAliveTimeout: 65_000, requestTimeout: 600_000 })
    this.#options = options
  }

  override emit(event: string, ...args: ReadonlyArray<unknown>): boolean {
    if (event !== "request" && event !== "checkContinue") return super.emit(event, ...args)
    const [request, response] = args as readonly [IncomingMessage, ServerResponse]
    this.#receive(request, response, () => super.emit(event, request, response))
    return true
  }

  override close(callback?: (error?: Error) => void): this {
    super.close(callback)
    this.closeIdleConnections()
    setTimeout(() => this.closeAllConnections(), CLOSE_GRACE_MS)
    return this
  }

  #receive(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    const { faults, requestLog } = this.#options
    const { method = "GET", url = "/" } = request
    nameHeaders(response)
    if (/^\/+emulator(\/|$)/.test(url)) {
      next()
      return
    }
    const fault = faults.strike(method, url)
    const meter = measure(request, response, requestLog, fault)
    if (refuseBySize(request, response) || refuseUnreadable(request, response)) return
    decompress(request, UPLOAD.test(url) ? UPLOAD_BYTES : BODY_BYTES)
    const act = () => {
      if (response.destroyed) return
      if (fault !== undefined) strike(fault, request, response, meter)
      if (!response.writableEnded) next()
    }
    const delay = fault?.action.delayMs ?? 0
    if (delay > 0) setTimeout(act, delay)
    else act()
  }
}

interface Meter {
  ended: LoggedRequest["ended"]
}

function strike(fault: Fault, request: IncomingMessage, response: ServerResponse, meter: Meter): void {
  const { action } = fault
  if (action.resetAfterBytes !== undefined) {
    resetAfter(response, action.resetAfterBytes, () => {
      meter.ended = "reset"
    })
  } else if (action.truncateAfterBytes !== undefined) {
    truncateAfter(response, action.truncateAfterBytes, () => {
      meter.ended = "truncated"
    })
  }
  if (action.status !== undefined) {
    request.resume()
    const body = typeof action.body === "string" ? action.body : jsonOf(action.body)
    response.writeHead(action.status, { "content-type": typeOf(body), ...action.headers })
    response.end(body)
  }
}

const jsonOf = (body: unknown): string => (body === undefined || body === null ? "" : JSON.stringify(body))

function typeOf(body: string): string {
  const first = body.trimStart()[0]
  if (first === "{" || first === "[") return "application/json;charset=UTF-8"
  return first === "<" ? "text/html;charset=UTF-8" : "text/plain;charset=UTF-8"
}

function refuseBySize(request: IncomingMessage, response: ServerResponse): boolean {
  if (Number(request.headers["content-length"]) > BODY_BYTES && !UPLOAD.test(request.url ?? "")) {
    request.resume()
    response.writeHead(413, { connection: "close" })
    response.end()
    return true
  }
  const uri = Buffer.byteLength(request.url ?? "")
  const headers = request.rawHeaders.reduce((sum, text) => sum + text.length + 2, 0)
  if (uri + headers <= EDGE_BYTES) return false
  const [status, reason] = uri > EDGE_BYTES ? [414, "URI Too Long"] : [431, "Request Header Fields Too Large"]
  request.resume()
  response.writeHead(status as number, { "content-type": "text/html;charset=UTF-8", connection: "close" })
  response.end(`<h1>Bad Message ${status}</h1><pre>reason: ${reason}</pre>`)
  return true
}

/** No resource has a path whose percent signs make no text. */
function refuseUnreadable(request: IncomingMessage, response: ServerResponse): boolean {
  const [path] = splitOnce(request.url ?? "/")
  try {
    decodeURIComponent(path)
    return false
  } catch {
    request.resume()
    response.writeHead(404, { "content-type": "application/json;charset=UTF-8" })
    response.end(`[{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]`)
    return true
  }
}

function measure(
  request: IncomingMessage,
  response: ServerResponse,
  requestLog: RequestLog["Service"],
  fault: Fault | undefined
): Meter {
  const started = performance.now()
  const time = new Date().toISOString()
  const [path = "/", query = ""] = splitOnce(request.url ?? "/")
  const meter: Meter = { ended: "complete" }
  const bytes = countBytes(response)
  response.once("close", () => {
    const wasServed = response.statusCode !== 401 && fault?.action.status === undefined
    const apiCalls = wasServed ? (requestLog.annotation(request)?.apiCalls ?? chargedCalls(path)) : 0
    if (meter.ended === "complete" && !response.writableFinished) meter.ended = "aborted"
    requestLog.record({
      time,
      method: request.method ?? "GET",
      path,
      query: withoutSecrets(query),
      status: response.statusCode,
      bytes: bytes(),
      durationMs: Math.round((performance.now() - started) * 1000) / 1000,
      apiCalls,
      countedAgainstLimits: apiCalls > 0,
      client: clientOf(headerOf(request, "sforce-call-options")),
      userAgent: headerOf(request, "user-agent") ?? null,
      contentEncoding: (response.getHeader("content-encoding") as string | undefined) ?? null,
      fault: fault?.id ?? null,
      ended: meter.ended
    })
  })
  return meter
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(", ") : value
}

function splitOnce(url: string): readonly [string, string] {
  const at = url.indexOf("?")
  return at < 0 ? [url, ""] : [url.slice(0, at), url.slice(at + 1)]
}

function countBytes(response: ServerResponse): () => number {
  let bytes = 0
  const add = (chunk: unknown) => {
    if (typeof chunk === "string") bytes += Buffer.byteLength(chunk)
    else if (chunk instanceof Uint8Array) bytes += chunk.byteLength
  }
  const write = response.write
  const end = response.end
  response.write = function (this: ServerResponse, ...args: ReadonlyArray<unknown>) {
    add(args[0])
    return Reflect.apply(write, this, args)
  } as ServerResponse["write"]
  response.end = function (this: ServerResponse, ...args: ReadonlyArray<unknown>) {
    add(args[0])
    return Reflect.apply(end, this, args)
  } as ServerResponse["end"]
  return () => bytes
}
