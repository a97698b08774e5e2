/** The whole emulator as one layer, and the line it prints when it is ready. */
import { Effect, Layer } from "effect"
import { HttpServer } from "effect/http"
import { Org } from "./org/org.ts"
import { serve } from "./server/serve.ts"

export interface EmulatorOptions {
  readonly port: number
  readonly apiVersion: string
  readonly seed: number
}

export const emulator = (options: EmulatorOptions) =>
  serve(options.port).pipe(Layer.provideMerge(Org.layer({ apiVersion: options.apiVersion })))

/** What a client needs to know to connect. */
export const readyLine = Effect.gen(function* () {
  const org = yield* Org
  const server = yield* HttpServer.HttpServer
  const port = "port" in server.address ? server.address.port : 0
  return { url: `http://127.0.0.1:${port}`, orgId: org.id }
})
