/** A request exactly as it is given, right or wrong: no client of HTTP puts it in order first. */
import { request as httpRequest } from "node:http"
import { Effect } from "effect"

export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | undefined
}

export interface Got {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** What came back, or undefined when the connection was closed. */
export const send = (base: string, { method, path, headers, body }: Sent) =>
  Effect.callback<Got | undefined>((resume) => {
    const { hostname, port } = new URL(base)
    const outgoing = httpRequest(
      { hostname, port, method, path, headers, insecureHTTPParser: true },
      (answer) => {
        const chunks: Array<Buffer> = []
        answer.on("data", (chunk: Buffer) => chunks.push(chunk))
        answer.on("error", () => resume(Effect.succeed(undefined)))
        answer.on("end", () =>
          resume(
            Effect.succeed({
              status: answer.statusCode ?? 0,
              type: String(answer.headers["content-type"] ?? ""),
              text: Buffer.concat(chunks).toString()
            })
          )
        )
      }
    )
    outgoing.on("error", () => resume(Effect.succeed(undefined)))
    outgoing.end(body)
  })
