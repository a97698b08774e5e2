/** The server over stdin and stdout, for a client that starts it: stdout belongs to the protocol alone. */
import { Console } from "node:console"
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import { Cause, Effect, Exit, Fiber, Layer } from "effect"
import * as McpServer from "effect/ai/McpServer"
import { localCaller } from "./caller.ts"
import type { Desk } from "./desk.ts"
import { instructions } from "./instructions.ts"
import { protocols } from "./protocols.ts"
import { registrations } from "./registrations.ts"

/** Whatever speaks to the console, a library or a log, speaks on stderr from here on. */
const silenceStdout = Effect.sync(() => {
  Object.assign(globalThis.console, new Console(process.stderr, process.stderr))
})

/** Ends well when the client closes stdin, which interrupts the fiber that serves. */
export const serveStdio = Effect.fnUntraced(function* (desk: Desk, version: string) {
  yield* silenceStdout
  const serving = yield* Effect.forkChild(
    Layer.launch(
      McpServer.layerStdio({
        name: "decant",
        version,
        instructions: instructions(desk),
        protocols,
        registrations: registrations(desk, () => localCaller)
      }).pipe(Layer.provide(NodeStdio.layer))
    )
  )
  const exit = yield* Fiber.await(serving)
  if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.failCause(exit.cause)
})
