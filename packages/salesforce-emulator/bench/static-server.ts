/** A bare file server: the floor for whoever sends result pages. Prints its port. */
import { createReadStream, statSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { basename, join } from "node:path"

const folder = process.argv[2] ?? "."

const server = createServer((request, response) => {
  const path = join(folder, basename(request.url ?? ""))
  response.writeHead(200, {
    "content-type": "text/csv",
    "content-encoding": "gzip",
    "content-length": statSync(path).size
  })
  createReadStream(path, { highWaterMark: 512 * 1024 }).pipe(response)
})

server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
