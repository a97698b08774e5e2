/** `decant worker` processes that have joined a cluster. */
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { programPath } from "./measure.ts"

export interface Workers {
  readonly stop: () => Promise<void>
}

export const startWorkers = async (
  count: number,
  of: { readonly spec: string; readonly env: Readonly<Record<string, string>> }
): Promise<Workers> => {
  const command = programPath("../../apps/runner/bin/decant.mjs")
  const children = Array.from({ length: count }, (_, at) =>
    spawn(process.execPath, [command, "worker", of.spec, "--json", "--name", `worker-${at + 1}`], {
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, ...of.env }
    })
  )
  const joined = async (child: (typeof children)[number]): Promise<void> => {
    for await (const _ of createInterface(child.stdout)) return
    throw new Error("a worker ended before it had joined")
  }
  await Promise.all(children.map(joined))
  const stopped = (child: (typeof children)[number]): Promise<void> =>
    new Promise((resolve) => {
      child.once("exit", () => resolve())
      child.kill("SIGTERM")
    })
  return {
    stop: async () => {
      await Promise.all(children.map(stopped))
    }
  }
}
