/** The Salesforce CLI in a home folder of its own, logged in to one emulated org. */
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { inject } from "vitest"
import type { EmulatedOrg } from "./emulated-org.ts"

const guard = fileURLToPath(new URL("./loopback-only.mjs", import.meta.url))
const commandMillis = 60_000

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** What `--json` prints: `result` on success, `name` and `message` on failure. */
interface Printed {
  readonly exitCode: number | null
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: each command prints a result of its own shape
  readonly result: any
  readonly name: string
  readonly message: string
  readonly warnings: ReadonlyArray<string>
}

export interface SalesforceCli {
  /** The folder commands run in, a Salesforce project. */
  readonly project: string
  /** Runs `sf <args>`. */
  readonly run: (args: ReadonlyArray<string>, options?: RunOptions) => Promise<Outcome>
  /** Runs `sf <args> --json`; fails when that is not JSON. */
  readonly json: (args: ReadonlyArray<string>, options?: RunOptions) => Promise<Printed>
  /** The same for a command that must succeed: its `result`. */
  // biome-ignore lint/suspicious/noExplicitAny: each command prints a result of its own shape
  readonly result: (args: ReadonlyArray<string>, options?: RunOptions) => Promise<any>
  /** Hosts other than this machine that any command tried to reach. */
  readonly violations: () => ReadonlyArray<string>
  /** Waits for the URL that a command opened in the browser. */
  readonly openedUrl: (signal: AbortSignal) => Promise<string>
}

const browserScript = (file: string) => `#!/bin/sh
printf '%s' "$1" > '${file}.part' && mv '${file}.part' '${file}'
`

const project = JSON.stringify({
  packageDirectories: [{ path: "force-app", default: true }],
  namespace: "",
  sourceApiVersion: "66.0"
})

/** `person` keeps several homes on one emulator apart: the CLI merges the logins of one username. */
export const salesforceCli = (org: EmulatedOrg, person = "person"): SalesforceCli => {
  const bin = join(inject("nodeClients"), "node_modules/@salesforce/cli/bin/run.js")
  const folder = (name: string) => {
    const path = join(org.folder, person, name)
    mkdirSync(path, { recursive: true })
    return path
  }
  const [home, browsers, work] = [folder("home"), folder("browsers"), folder("project")]
  folder("project/force-app")
  writeFileSync(join(work, "sfdx-project.json"), project)
  const [opened, violations] = [
    join(org.folder, person, "opened-url"),
    join(org.folder, person, "violations")
  ]
  for (const name of ["firefox", "xdg-open"]) {
    writeFileSync(join(browsers, name), browserScript(opened), { mode: 0o755 })
  }
  const env = {
    HOME: home,
    PATH: [browsers, process.env.PATH].join(delimiter),
    NODE_OPTIONS: `--import=${guard}`,
    LOOPBACK_VIOLATIONS: violations,
    SF_DISABLE_TELEMETRY: "true",
    SF_DISABLE_AUTOUPDATE: "true",
    SF_SKIP_NEW_VERSION_CHECK: "true",
    SF_DISABLE_LOG_FILE: "true",
    SF_USE_GENERIC_UNIX_KEYCHAIN: "true",
    NO_COLOR: "1"
  }

  const run: SalesforceCli["run"] = (args, options = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ["--no-deprecation", bin, ...args], {
        cwd: work,
        env: { ...env, ...options.env },
        stdio: ["ignore", "pipe", "pipe"],
        timeout: commandMillis,
        killSignal: "SIGKILL",
        ...(options.signal === undefined ? {} : { signal: options.signal })
      })
      const texts = { stdout: "", stderr: "" }
      child.stdout.on("data", (chunk) => {
        texts.stdout += chunk
      })
      child.stderr.on("data", (chunk) => {
        texts.stderr += chunk
      })
      child.on("error", reject)
      child.on("close", (code, signal) =>
        signal === "SIGKILL"
          ? reject(
              new Error(
                `sf ${args.join(" ")} took over ${commandMillis / 1000} s:\n${texts.stdout}${texts.stderr}`
              )
            )
          : resolve({ code, ...texts })
      )
    })

  const json: SalesforceCli["json"] = async (args, options) => {
    const { code, stdout, stderr } = await run([...args, "--json"], options)
    try {
      return { ...JSON.parse(stdout), exitCode: code }
    } catch {
      throw new Error(`sf ${args.join(" ")} printed no JSON (exit code ${code}):\n${stdout}${stderr}`)
    }
  }

  const result: SalesforceCli["result"] = async (args, options) => {
    const printed = await json(args, options)
    const { exitCode, status, name, message } = printed
    if (exitCode === 0 && status === 0) return printed.result
    throw new Error(`sf ${args.join(" ")} failed with exit code ${exitCode}: ${name}: ${message}`)
  }

  const openedUrl: SalesforceCli["openedUrl"] = async (signal) => {
    while (!existsSync(opened)) {
      signal.throwIfAborted()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return readFileSync(opened, "utf8")
  }

  return {
    project: work,
    run,
    json,
    result,
    openedUrl,
    violations: () =>
      existsSync(violations) ? [...new Set(readFileSync(violations, "utf8").trim().split("\n"))] : []
  }
}

/** Logs in with the ready line's access token, the quickest way, and makes the org the default. */
export const logIn = (sf: SalesforceCli, org: EmulatedOrg) =>
  sf.result(
    [
      "org",
      "login",
      "access-token",
      "--instance-url",
      org.url,
      "--no-prompt",
      "--alias",
      "emulated",
      "--set-default"
    ],
    { env: { SF_ACCESS_TOKEN: org.accessToken } }
  )
