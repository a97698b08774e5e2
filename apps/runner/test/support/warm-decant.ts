/** The `decant` command without a start for each command line: `programs/warm-host.ts` stays for all files of a worker. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { Ended } from "./decant.ts"

const program = fileURLToPath(new URL("../programs/warm-host.ts", import.meta.url))

/** Shorter than the tests' own limits: a command that hangs must not take those after it with it. */
const patience = 100_000

let host: ChildProcess | null = null

const startHost = async (): Promise<ChildProcess> => {
  const child = fork(program, { execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] })
  await once(child, "message")
  child.unref()
  child.channel?.unref()
  return child
}

const answer = (child: ChildProcess, asked: object): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const limit = setTimeout(() => child.kill("SIGKILL"), patience)
    const lost = (): void => {
      clearTimeout(limit)
      host = null
      reject(new Error(`the command ended with its process or not at all`))
    }
    child.once("exit", lost)
    child.once("message", (message) => {
      clearTimeout(limit)
      child.off("exit", lost)
      resolve(message as Ended)
    })
    child.send(asked)
  })

let before: Promise<unknown> = Promise.resolve()

/** One command line after the other, in the order in which they were asked. */
export const runWarm = (of: {
  readonly args: ReadonlyArray<string>
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
}): Promise<Ended> => {
  const ended = before.then(async () => {
    host ??= await startHost()
    return answer(host, of)
  })
  before = ended.catch(() => null)
  return ended
}
