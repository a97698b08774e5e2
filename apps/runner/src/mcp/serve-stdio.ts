/** The server over stdin and stdout, for a client that starts it: stdout belongs to the protocol alone. */
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import { Layer } from "effect"
import * as McpServer from "effect/ai/McpServer"
import { localCaller } from "./caller.ts"
import type { Desk } from "./desk.ts"
import { instructions } from "./instructions.ts"
import { protocols } from "./protocols.ts"
import { registrations } from "./registrations.ts"

/** Ends when the client closes stdin. */
export const serveStdio = (desk: Desk, version: string) =>
  Layer.launch(
    McpServer.layerStdio({
      name: "decant",
      version,
      instructions: instructions(desk),
      protocols,
      registrations: registrations(desk, () => localCaller)
    }).pipe(Layer.provide(NodeStdio.layer))
  )
