/** The real `decant` command, run as a person would, in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { RunReport } from "@decant/connector"
import { runWarm } from "./warm-decant.ts"

const command = fileURLToPath(new URL("../../bin/decant.mjs", import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Workspace {
  readonly folder: string
  readonly path: (name: string) => string
  readonly start: (args: ReadonlyArray<string>, env?: Readonly<Record<string, string>>) => Running
  readonly run: (args: ReadonlyArray<string>, env?: Readonly<Record<string, string>>) => Promise<Ended>
  /** `decant sync decant.yaml --json`, which must print one document. */
  readonly sync: (...args: ReadonlyArray<string>) => Promise<Ended & { readonly report: RunReport }>
  readonly remove: () => Promise<void>
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

export const specText = (streams = ["Account", "Contact", "Opportunity", "User"]): string => `version: 1
name: test
source:
  type: salesforce
  environment: \${SALESFORCE_URL}
  auth:
    method: client-credentials
    clientId: \${SALESFORCE_CLIENT_ID}
    clientSecret: \${SALESFORCE_CLIENT_SECRET}
  streams:
${streams.map((stream) => `    - object: ${stream}${stream === "Account" ? "\n      roles: { logo: Customer_Logo__c, reference: Reference_Status__c, marketingRights: Marketing_Rights__c }" : ""}`).join("\n")}
destination:
  type: duckdb
  path: ./test.duckdb
`

const open = async (
  env: Readonly<Record<string, string>>,
  spec: string,
  warm: boolean
): Promise<Workspace> => {
  const folder = await mkdtemp(join(tmpdir(), "decant-test-"))
  await writeFile(join(folder, "decant.yaml"), spec)
  const start: Workspace["start"] = (args, more = {}) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: folder,
      env: { ...process.env, ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let stdout = ""
    let stderr = ""
    // A character may come in two pieces.
    child.stdout.setEncoding("utf8")
    child.stderr.setEncoding("utf8")
    child.stdout.on("data", (chunk) => {
      stdout += chunk
    })
    child.stderr.on("data", (chunk) => {
      stderr += chunk
    })
    const ended = new Promise<Ended>((resolve) => {
      child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }))
    })
    return { child, ended }
  }
  const run: Workspace["run"] = (args, more) =>
    warm ? runWarm({ args, folder, env: { ...process.env, ...env, ...more } }) : start(args, more).ended
  return {
    folder,
    path: (name) => join(folder, name),
    start,
    run,
    sync: async (...args) => {
      const ended = await run(["sync", "decant.yaml", "--json", ...args])
      try {
        return { ...ended, report: JSON.parse(ended.stdout) }
      } catch {
        throw new Error(`not one JSON document (exit ${ended.code}):\n${ended.stdout}\n${ended.stderr}`)
      }
    },
    remove: () => rm(folder, { recursive: true, force: true })
  }
}

export const openWorkspace = (env: Readonly<Record<string, string>>, spec = specText()): Promise<Workspace> =>
  open(env, spec, false)

/** One whose `run` and `sync` start no process: for tests of what commands do, not of how they start and end. */
export const openWarmWorkspace = (
  env: Readonly<Record<string, string>>,
  spec = specText()
): Promise<Workspace> => open(env, spec, true)
