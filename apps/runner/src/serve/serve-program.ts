/** `decant serve` from its lock to its end: listens, then runs what the folder's specs say until it is told to stop. */
import { createServer } from "node:http"
import { join } from "node:path"
import type { ConnectorError, MemoryUse } from "@decant/connector"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer, Option } from "effect"
import { HttpServer } from "effect/http"
import { type Entry, signInUrlOf } from "../http/access.ts"
import { httpServer } from "../http/http-server.ts"
import { unsafeBind } from "../http/own-address.ts"
import { RunnerError } from "../runner-error.ts"
import { holdLock } from "../sync/lock-file.ts"
import { counted } from "../terminal/numbers.ts"
import type { Screen } from "../terminal/screen.ts"
import { version } from "../version.ts"
import { type LongRunning, longRunning } from "./long-running.ts"
import { serveServices } from "./serve-services.ts"
import { ServeSettings } from "./serve-settings.ts"
import { serverRoutes } from "./server-routes.ts"
import { type ShelvedSpec, SpecShelf } from "./spec-shelf.ts"
import { telemetry } from "./telemetry.ts"

export interface ServeRequest extends LongRunning {
  readonly screen: Screen
  readonly folder: string
  readonly file: string | null
  readonly host: string
  readonly port: number
  readonly publicUrl: string | null
  /** What signs people in. */
  readonly entry: Entry
  readonly concurrency: number
  readonly memory: MemoryUse
}

const portTaken = ({ host, port }: ServeRequest): RunnerError =>
  new RunnerError({
    code: "LISTEN_FAILED",
    message: `Port ${port} of ${host} cannot be listened on; most likely another program has it.`,
    fix: "Stop that program, or choose another port: `--port 4800`."
  })

const listener = ({ host, port }: ServeRequest) =>
  NodeHttpServer.layer(createServer, { host, port, gracefulShutdownTimeout: "1 second" })

const settings = (of: ServeRequest, stateFolder: string) =>
  Layer.effect(
    ServeSettings,
    Effect.gen(function* () {
      const { address } = yield* HttpServer.HttpServer
      const port = address._tag === "UnixPathAddress" ? of.port : address.port
      return {
        folder: of.folder,
        file: of.file,
        host: of.host,
        port,
        publicUrl: (of.publicUrl ?? `http://localhost:${port}`).replace(/\/+$/, ""),
        stateFolder,
        version: version(),
        concurrency: of.concurrency,
        memory: of.memory
      }
    })
  )

/** One file that was named must be right; of a folder, what can be used is. */
const refuseBroken = (specs: ReadonlyArray<ShelvedSpec>, file: string | null) => {
  const failure: ConnectorError | RunnerError | null =
    file === null ? null : (specs.find((spec) => spec.specFile === null)?.failure ?? null)
  return failure === null ? Effect.void : Effect.fail(failure)
}

const serving = Effect.fnUntraced(function* (of: ServeRequest) {
  const specs = yield* (yield* SpecShelf).list
  yield* refuseBroken(specs, of.file)
  const { publicUrl, folder, port } = yield* ServeSettings
  const usable = specs.filter(({ specFile }) => specFile !== null)
  const signInUrl = signInUrlOf(publicUrl, of.entry)
  if (of.screen.json)
    yield* of.screen.answer(
      JSON.stringify({ url: publicUrl, signInUrl, port, folder, specs: usable.map(({ name }) => name) })
    )
  else yield* of.screen.answer(`Decant serves ${counted(usable.length, "spec")} of ${folder} at ${signInUrl}`)
  yield* Effect.logInfo(`Decant ${version()} serves ${counted(usable.length, "spec")} of ${folder}.`)
  return yield* Effect.never
})

export const serveProgram = Effect.fnUntraced(function* (of: ServeRequest) {
  const unsafe = unsafeBind({ ...of, publicUrl: of.publicUrl ?? "http://localhost" }, of.entry.by)
  if (unsafe !== null) return yield* unsafe
  const stateFolder = join(of.folder, ".decant", "serve")
  yield* holdLock({
    path: join(stateFolder, "serve.lock"),
    runId: `serve-${process.pid}`,
    wait: Option.none(),
    notice: of.screen.note
  })
  const app = httpServer(of.entry, serverRoutes).pipe(
    Layer.provideMerge(serveServices),
    Layer.provideMerge(settings(of, stateFolder)),
    Layer.provideMerge(listener(of)),
    Layer.provide(telemetry(version()))
  )
  return yield* serving(of).pipe(
    Effect.provide(app),
    Effect.catchTag("ServeError", () => Effect.fail(portTaken(of)))
  )
}, Effect.scoped)

/** With the server's own log; told to stop, it ends well. */
export const runServer = (of: ServeRequest) =>
  longRunning(serveProgram(of), { ...of, lastWords: "Stopped in good order." })
