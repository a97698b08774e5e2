/**
 * A process that runs one command line of `decant` after the other, so that tests need not load and warm up the
 * command for each: from the sources, with the arguments, the folder and the environment of a process of its own.
 * What is written and the exit code go back to who asked.
 */
import { runCli } from "../../src/cli.ts"

const leave = process.exit.bind(process)
const given = ["SIGINT", "SIGTERM", "SIGHUP"]

const become = (folder, env) => {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  Object.assign(process.env, env)
  process.exitCode = undefined
  process.chdir(folder)
}

const collect = (stream) => {
  const chunks = []
  stream.write = (chunk, encoding, written) => {
    const done = typeof encoding === "function" ? encoding : written
    chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk))
    if (done !== undefined) setImmediate(done)
    return true
  }
  return () => Buffer.concat(chunks).toString("utf8")
}

const run = async ({ args, folder, env }) => {
  become(folder, env)
  const stdout = collect(process.stdout)
  const stderr = collect(process.stderr)
  const code = await new Promise((resolve) => {
    process.exit = (exitCode) => resolve(Number(exitCode ?? process.exitCode ?? 0))
    runCli(args)
  })
  for (const signal of given) process.removeAllListeners(signal)
  process.stdout.removeAllListeners("error")
  process.exitCode = undefined
  process.chdir("/")
  process.send({ code, signal: null, stdout: stdout(), stderr: stderr() })
}

process.on("disconnect", () => leave(0))
process.on("message", run)
process.send("ready")
