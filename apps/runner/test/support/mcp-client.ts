/** The official SDK's client, connected to `decant mcp` as an agent would be. */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js"
import type { Workspace } from "./decant.ts"

const command = fileURLToPath(new URL("../../bin/decant.mjs", import.meta.url))

interface Answer {
  readonly isError: boolean
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly data: any
}

export interface Agent {
  readonly client: Client
  readonly call: (name: string, given?: Readonly<Record<string, unknown>>) => Promise<Answer>
  readonly close: () => Promise<void>
}

interface Env {
  readonly [name: string]: string
}

const agentOf = (client: Client, close: () => Promise<void>): Agent => ({
  client,
  close,
  call: async (name, given = {}) => {
    const result = await client.callTool({ name, arguments: given }, undefined, { timeout: 120_000 })
    const [first] = result.content as ReadonlyArray<{ readonly type: string; readonly text?: string }>
    return { isError: result.isError === true, text: first?.text ?? "", data: result.structuredContent }
  }
})

/** `agrees` is what the person says to whatever the server asks; without it the client cannot ask. */
const newClient = (agrees?: boolean): Client => {
  const client = new Client(
    { name: "test", version: "1" },
    agrees === undefined ? {} : { capabilities: { elicitation: { form: {} } } }
  )
  if (agrees !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, () =>
      Promise.resolve({ action: "accept" as const, content: { delete: agrees } })
    )
  }
  return client
}

export const stdioAgent = async (
  workspace: Workspace,
  env: Env,
  args: ReadonlyArray<string> = [],
  agrees?: boolean
): Promise<Agent> => {
  const client = newClient(agrees)
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [command, "mcp", ...args],
    cwd: workspace.folder,
    env: { PATH: process.env.PATH ?? "", ...env },
    stderr: "ignore"
  })
  await client.connect(transport)
  return agentOf(client, () => client.close())
}

export interface HttpServer {
  readonly url: URL
  readonly agent: (token: string, agrees?: boolean) => Promise<Agent>
  /** Ends it as Ctrl-C does, and answers with what it said. */
  readonly stop: () => Promise<string>
}

const ready = (child: ChildProcess, said: () => string): Promise<string> =>
  new Promise((resolve, reject) => {
    child.stderr?.on("data", () => {
      const url = /MCP on (\S+)\n/.exec(said())?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once("close", (code) => reject(new Error(`decant mcp ended with ${code}: ${said()}`)))
  })

export const httpServer = async (
  workspace: Workspace,
  env: Env,
  args: ReadonlyArray<string> = []
): Promise<HttpServer> => {
  const child = spawn(process.execPath, [command, "mcp", "--http", "--port", "0", ...args], {
    cwd: workspace.folder,
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "ignore", "pipe"]
  })
  let said = ""
  child.stderr.setEncoding("utf8")
  child.stderr.on("data", (chunk) => {
    said += chunk
  })
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()))
  const url = new URL(await ready(child, () => said))
  return {
    url,
    agent: async (token, agrees) => {
      const client = newClient(agrees)
      const transport = new StreamableHTTPClientTransport(url, {
        requestInit: { headers: { authorization: `Bearer ${token}` } }
      })
      await client.connect(transport as Parameters<Client["connect"]>[0])
      return agentOf(client, () => client.close())
    },
    stop: async () => {
      child.kill("SIGTERM")
      await ended
      return said
    }
  }
}
