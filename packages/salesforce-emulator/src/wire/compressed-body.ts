/**
 * Bodies that come compressed, https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest_compression.htm
 *
 * The request stays the object that it is, because others know it by identity: what the parser pushes into it goes
 * through zlib first.
 */
import type { IncomingMessage } from "node:http"
import { createUnzip } from "node:zlib"

const COMPRESSED = /^\s*(?:x-)?(?:gzip|deflate)\s*$/i

/** Lets readers of the request see plain bytes; a body that is broken or swells past `most` closes the connection. */
export function decompress(request: IncomingMessage, most: number): void {
  if (!COMPRESSED.test(request.headers["content-encoding"] ?? "")) return
  const push = request.push.bind(request)
  const unzip = createUnzip()
  let bytes = 0
  unzip.on("data", (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > most) request.destroy()
    else push(chunk)
  })
  unzip.on("end", () => push(null))
  unzip.on("error", () => request.destroy())
  request.once("close", () => unzip.destroy())
  let isEmpty = true
  request.push = (chunk) => {
    if (chunk !== null) {
      isEmpty = false
      unzip.write(chunk)
    } else if (isEmpty) push(null)
    else unzip.end()
    return true
  }
}
