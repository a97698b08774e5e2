/** The server over Streamable HTTP, on this machine alone. */
import { randomBytes } from "node:crypto"
import { createServer } from "node:http"
import { readSecret } from "@decant/auth"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer, Redacted } from "effect"
import * as McpServer from "effect/ai/McpServer"
import * as HttpRouter from "effect/http/HttpRouter"
import { RunnerError } from "../runner-error.ts"
import type { Screen } from "../terminal/screen.ts"
import { type Caller, localCaller } from "./caller.ts"
import type { Desk } from "./desk.ts"
import { callerOf, gate, type KnownCaller } from "./http-gate.ts"
import { instructions } from "./instructions.ts"
import { protocols } from "./protocols.ts"
import { registrations } from "./registrations.ts"

const host = "127.0.0.1"
const tokenVariable = "DECANT_MCP_TOKEN"

interface Known {
  readonly callers: ReadonlyArray<KnownCaller>
  /** How to authenticate, for the person who started it. */
  readonly words: string
}

const needsJwt = RunnerError.usage(
  "`mcp.callers` maps callers to Salesforce users, which needs a login that can act as them.",
  "Use `auth: { method: jwt-bearer, … }` in the spec, or leave `mcp.callers` out: then one token acts as the spec's own user."
)

const shortest = 16

const mappedCallers = Effect.fnUntraced(function* ({ specFile }: Desk) {
  const { spec, folder } = specFile
  const callers = spec.mcp?.callers ?? []
  if (callers.length > 0 && spec.source.auth.method !== "jwt-bearer") return yield* needsJwt
  const known: Array<KnownCaller> = []
  for (const { name, username, copy, token } of callers) {
    const secret = yield* readSecret(token, `mcp.callers (${name})`, { folder, env: process.env })
    const text = Redacted.value(secret)
    const twice = known.some((other) => Redacted.value(other.token) === text)
    if (text.length < shortest || twice) {
      return yield* RunnerError.usage(
        `The token of the caller ${name} ${twice ? "is another caller's too" : `has fewer than ${shortest} characters`}.`,
        "Make one of its own, for example by `openssl rand -hex 32`."
      )
    }
    known.push({ caller: { name, username, copy: copy === true }, token: secret })
  }
  return known
})

const knownCallers = Effect.fnUntraced(function* (desk: Desk) {
  const callers = yield* mappedCallers(desk)
  if (callers.length > 0) {
    const names = callers.map(({ caller }) => `${caller.name} as ${caller.username}`).join(", ")
    return { callers, words: `Callers: ${names}.` } satisfies Known
  }
  const given = process.env[tokenVariable]
  if (given !== undefined && given.length < shortest) {
    return yield* RunnerError.usage(
      `${tokenVariable} has fewer than ${shortest} characters.`,
      "Make one by `openssl rand -hex 32`."
    )
  }
  const token = given ?? randomBytes(32).toString("hex")
  const words =
    given === undefined
      ? `Authorization: Bearer ${token}  (until it ends; set ${tokenVariable} for one that stays)`
      : `The token is ${tokenVariable}'s.`
  return { callers: [{ caller: localCaller, token: Redacted.make(token) }], words } satisfies Known
})

const portTaken = (port: number): RunnerError =>
  new RunnerError({
    code: "LISTEN_FAILED",
    message: `Port ${port} of ${host} cannot be listened on; most likely another program has it.`,
    fix: "Stop that program, or choose another port: `--port 4800`, or 0 for any free one."
  })

const nobody: Caller = { name: "nobody", username: "", copy: false }

export const serveHttp = Effect.fnUntraced(function* (
  desk: Desk,
  of: { readonly version: string; readonly port: number; readonly screen: Screen }
) {
  const { callers, words } = yield* knownCallers(desk)
  const server = createServer()
  const port = (): number => {
    const address = server.address()
    return typeof address === "object" && address !== null ? address.port : of.port
  }
  const mcp = McpServer.layerHttp({
    name: "decant",
    version: of.version,
    instructions: instructions(desk),
    path: "/mcp",
    protocols,
    allowSessionTermination: true,
    registrations: registrations(desk, (headers) => callerOf(callers, headers) ?? nobody)
  })
  const ready = Layer.effectDiscard(
    Effect.suspend(() => of.screen.complain(`MCP on http://${host}:${port()}/mcp\n${words}`))
  )
  const listening = NodeHttpServer.layer(() => server, {
    host,
    port: of.port,
    gracefulShutdownTimeout: "1 second"
  })
  const app = HttpRouter.serve(Layer.mergeAll(mcp, gate(callers, port)), {
    disableListenLog: true,
    disableLogger: true
  })
  return yield* Layer.launch(ready.pipe(Layer.provide(app), Layer.provide(listening))).pipe(
    Effect.catchTag("ServeError", () => Effect.fail(portTaken(of.port)))
  )
})
