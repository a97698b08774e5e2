/** Workers of a cluster: real processes, which a test may stop, kill or freeze. */

import type { Running, Workspace } from "./decant.ts"
import { firstLine } from "./first-line.ts"

export interface WorkerProcess extends Running {
  readonly name: string
  /** Stops in mid-instruction, and goes on when told to. */
  readonly freeze: () => void
  readonly wake: () => void
  readonly kill: () => Promise<void>
  /** As an operator stops a service. */
  readonly leave: () => Promise<{ readonly code: number | null; readonly stderr: string }>
}

/** Resolves when the worker has joined. */
export const startWorker = async (
  workspace: Workspace,
  url: string,
  name: string,
  ...args: ReadonlyArray<string>
): Promise<WorkerProcess> => {
  const running = workspace.start(["worker", workspace.folder, "--name", name, "--json", ...args], {
    DECANT_CLUSTER: url
  })
  await firstLine(running.child, `worker ${name}`)
  const { child, ended } = running
  return {
    ...running,
    name,
    freeze: () => void child.kill("SIGSTOP"),
    wake: () => void child.kill("SIGCONT"),
    kill: async () => {
      child.kill("SIGKILL")
      await ended
    },
    leave: async () => {
      child.kill("SIGTERM")
      return ended
    }
  }
}
