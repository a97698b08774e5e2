/**
 * The network's own time: a bare process that fetches the same result pages through the same network, four at
 * once as Salesforce allows, and throws the bytes away.
 */
import { request } from "node:http"

const { url, accessToken, paths } = JSON.parse(process.argv[2] ?? "{}") as {
  readonly url: string
  readonly accessToken: string
  readonly paths: ReadonlyArray<string>
}
const headers = { authorization: `Bearer ${accessToken}`, "accept-encoding": "gzip" }
const fetchPage = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    request(`${url}${path}`, { headers }, (response) => {
      let bytes = 0
      response.on("data", (chunk: Buffer) => (bytes += chunk.length))
      response.on("end", () => resolve(bytes))
    })
      .on("error", reject)
      .end()
  })

const waiting = [...paths]
let bytes = 0
const downloader = async (): Promise<void> => {
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) bytes += await fetchPage(path)
}
await Promise.all([downloader(), downloader(), downloader(), downloader()])
process.stdout.write(`${bytes}\n`)
