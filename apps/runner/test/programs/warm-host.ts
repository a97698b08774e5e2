/**
 * Runs one command line of `decant` after the other, so that tests need not load and warm up the command for each:
 * whatever `bin/decant.mjs` starts, the bundle or the sources while they are newer. Each has the folder
 * and the environment of a process of its own; what it writes and its exit code go back to who asked.
 */
import { registerHooks } from "node:module"

interface Asked {
  readonly args: ReadonlyArray<string>
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}

type RunCli = (args: ReadonlyArray<string>) => void

/** The last word of the command, bundled or not, is the call of `runCli`: it is kept instead of called. */
const load = async (): Promise<RunCli> => {
  const kept: Array<RunCli> = []
  Object.defineProperty(Function.prototype, "keepForLater", {
    value(this: RunCli) {
      kept.push(this)
    }
  })
  const hooks = registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context)
      if (!/\/apps\/runner\/(?:dist\/main\.mjs|src\/main\.ts)$/.test(url)) return loaded
      const text = String(loaded.source)
      const call = "(process.argv.slice(2))"
      const at = text.lastIndexOf(call)
      return { ...loaded, source: `${text.slice(0, at)}.keepForLater()${text.slice(at + call.length)}` }
    }
  })
  await import(new URL("../../bin/decant.mjs", import.meta.url).href)
  hooks.deregister()
  const [runCli] = kept
  if (runCli === undefined) throw new Error("the command does not end with the call of runCli")
  return runCli
}

const runCli = await load()

const leave = process.exit.bind(process)

const become = ({ folder, env }: Asked): void => {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  Object.assign(process.env, env)
  process.exitCode = undefined
  process.chdir(folder)
}

const collect = (stream: NodeJS.WriteStream): (() => string) => {
  const chunks: Array<Buffer> = []
  const write = (chunk: string | Uint8Array, encoding?: unknown, written?: unknown): boolean => {
    chunks.push(Buffer.from(chunk as string))
    const done = typeof encoding === "function" ? encoding : written
    if (typeof done === "function") setImmediate(() => done())
    return true
  }
  stream.write = write
  return () => Buffer.concat(chunks).toString("utf8")
}

process.on("message", async (asked: Asked) => {
  become(asked)
  const stdout = collect(process.stdout)
  const stderr = collect(process.stderr)
  const code = await new Promise<number>((resolve) => {
    process.exit = ((exitCode) => resolve(Number(exitCode ?? process.exitCode ?? 0))) as typeof process.exit
    runCli(asked.args)
  })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(signal)
  process.stdout.removeAllListeners("error")
  process.exitCode = undefined
  process.chdir("/")
  process.send?.({ code, signal: null, stdout: stdout(), stderr: stderr() })
})
process.on("disconnect", () => leave(0))
process.send?.("ready")
