/** A server that speaks S3 for the tests of one file: moto, from PyPI, on a free port of the loopback. */
import { type ChildProcess, spawn } from "node:child_process"
import { createServer } from "node:net"
import { setTimeout } from "node:timers/promises"
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3"
import type { Python } from "./python-packages.ts"

export const bucket = "decant-tables"

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

const answers = async (url: string, child: ChildProcess): Promise<void> => {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`the S3 server ended with ${child.exitCode}`)
    const answered = await fetch(url).then(
      () => true,
      () => false
    )
    if (answered) return
    await setTimeout(200)
  }
  throw new Error("the S3 server does not answer")
}

/** Sets the environment that the SDK reads; gives what stops the server and restores the environment. */
export const startS3 = async (python: Python): Promise<() => Promise<void>> => {
  if ("missing" in python) throw new Error(python.missing)
  const port = await freePort()
  const child = spawn(python.command, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
    stdio: "ignore",
    env: { ...process.env, PYTHONPATH: python.packages }
  })
  const url = `http://127.0.0.1:${port}`
  await answers(url, child)
  const settings = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
    AWS_EC2_METADATA_DISABLED: "true"
  }
  const before = Object.keys(settings).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, settings)
  const client = new S3Client({ forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
  return async () => {
    const ended = new Promise((resolve) => child.once("close", resolve))
    child.kill("SIGKILL")
    await ended
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}
