/** Clients that hold on, break off and send too much disturb nobody else. */
import { connect, type Socket } from "node:net"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { send } from "./support/raw-request.ts"

const openSocket = (base: string) =>
  Effect.callback<Socket>((resume) => {
    const { hostname, port } = new URL(base)
    const socket = connect(Number(port), hostname, () => resume(Effect.succeed(socket)))
    socket.on("error", () => {})
  })

layer(EmulatedOrg.layer(), { excludeTestServices: true, timeout: 60_000 })("rough clients", (it) => {
  const probe = Effect.flatMap(EmulatedOrg, ({ call }) =>
    Effect.map(call("/services/data/v67.0/limits"), ({ status }) => assert.strictEqual(status, 200))
  )

  it.effect("a thousand idle connections leave room for more", () =>
    Effect.gen(function* () {
      const { url } = yield* EmulatedOrg
      const sockets = yield* Effect.forEach(Array.from({ length: 1000 }), () => openSocket(url), {
        concurrency: 50
      })
      yield* probe
      for (const socket of sockets) socket.destroy()
    })
  )

  it.effect("half a header, half a body and a sudden end disturb nobody", () =>
    Effect.gen(function* () {
      const { url, accessToken } = yield* EmulatedOrg
      for (const text of [
        "GET /services/da",
        "NOT HTTP AT ALL\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "POST /services/data/v67.0/sobjects/Account HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        `POST /services/data/v67.0/sobjects/Account HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${accessToken}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"Name":`,
        "\u0000\u0001\u0002"
      ]) {
        const slow = yield* openSocket(url)
        slow.write(text)
        yield* probe
        const sudden = yield* openSocket(url)
        sudden.write(text)
        sudden.resetAndDestroy()
        yield* probe
        slow.destroy()
      }
    })
  )

  const large = Buffer.alloc(100 * 1024 * 1024, " ")

  const sendLarge = (path: string, type: string, framing: Readonly<Record<string, string>>) =>
    Effect.flatMap(EmulatedOrg, ({ url, accessToken }) =>
      Effect.map(
        send(url, {
          method: "POST",
          path,
          headers: { authorization: `Bearer ${accessToken}`, "content-type": type, ...framing },
          body: large
        }),
        (got) => got?.status
      )
    )

  it.effect("a body of 100 MB is refused by its length, or read and refused", () =>
    Effect.gen(function* () {
      for (const [path, type] of [
        ["/services/data/v67.0/sobjects/Account", "application/json"],
        ["/services/data/v67.0/composite", "application/json"],
        ["/services/oauth2/token", "application/x-www-form-urlencoded"],
        ["/nowhere", "text/plain"]
      ] as const) {
        // The connection may be closed before the client has sent it all.
        const known = yield* sendLarge(path, type, { "content-length": String(large.length) })
        assert.include([413, undefined], known, path)
        const unknown = yield* sendLarge(path, type, { "transfer-encoding": "chunked" })
        assert.include([400, 404, undefined], unknown, path)
      }
      yield* probe
    })
  )
})
