/**
 * Whatever ends a sync, at whatever moment: the next one ends as if nothing had happened. Here it is killed where
 * something else has just been written down; `npm run soak` kills it at any request and any byte of an answer.
 */
import { existsSync, readFileSync } from "node:fs"
import { copyFile, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import {
  afterAll,
  afterEach,
  assert,
  beforeAll,
  beforeEach,
  describe,
  it,
  onTestFinished,
  vi
} from "@effect/vitest"
import { allDifferences } from "./support/compare.ts"
import { openWarmWorkspace, type Running, specText, type Workspace } from "./support/decant.ts"
import type { Emulator } from "./support/emulator.ts"
import { openSmallOrg } from "./support/small-org.ts"

// Each step is a process of its own: on a busy machine a handful of them take their time.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

const objects = ["Account", "Contact", "Opportunity"]
const mirror = ".decant/test.checkpoint.json"
const lock = `${mirror}.lock`
const spool = `${mirror}.spool`

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await openSmallOrg()
})
afterAll(() => org?.stop())
// What is to be killed is started; the other runs need no process of their own.
const newWorkspace = async (): Promise<void> => {
  workspace = await openWarmWorkspace(org.env, specText(objects))
}
const clearAway = async (): Promise<void> => {
  await org.control("DELETE", "faults")
  await workspace.remove()
}

const endsAsIfNothingHappened = async (): Promise<void> => {
  const ended = await workspace.sync()
  assert.strictEqual(ended.code, 0, ended.stderr)
  assert.deepStrictEqual(await allDifferences(org, workspace.path("test.duckdb"), objects), [])
  assert.isFalse(existsSync(workspace.path(lock)))
  assert.isFalse(existsSync(workspace.path(spool)))
}

const slowDown = (path: string, delayMs: number) =>
  org.control("POST", "faults", { match: { path }, times: 1_000, action: { delayMs } })

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 3_000; tries++) {
    if (await holds()) return
    await sleep(25)
  }
  throw new Error("it did not happen within a minute")
}

/** One that has no text yet would hold up the next run for some seconds. */
const lockIsWritten = (): boolean =>
  existsSync(workspace.path(lock)) && readFileSync(workspace.path(lock), "utf8").endsWith("\n")

/** Nobody waits for such an answer. */
const endless = 120_000

const kill = async ({ child, ended }: Running): Promise<void> => {
  child.kill("SIGKILL")
  await ended
}

describe("the checkpoint file", () => {
  beforeAll(async () => {
    await newWorkspace()
    await workspace.sync()
  })
  afterAll(clearAway)

  it("that is older than the last commit is rewritten from the destination", async () => {
    await copyFile(workspace.path(mirror), workspace.path("older.json"))
    const [account] = (await org.truth("Account")).filter((row) => row.IsDeleted === false)
    await org.records("Account", { update: [{ Id: account?.Id, Name: "after the older file" }] })
    await workspace.sync()
    const newest = await readFile(workspace.path(mirror), "utf8")
    // What a kill -9 leaves that comes after a commit and before the file is written.
    await copyFile(workspace.path("older.json"), workspace.path(mirror))
    const ended = await workspace.sync()
    assert.include(ended.stderr, "the destination counts")
    for (const stream of ended.report.streams) {
      assert.strictEqual(stream.mode, "incremental")
      assert.strictEqual(stream.rows, 0)
    }
    assert.isAbove(
      JSON.parse(await readFile(workspace.path(mirror), "utf8")).streams.Account.version,
      JSON.parse(newest).streams.Account.version
    )
    await endsAsIfNothingHappened()
  })

  it("that is gone is written again, and nothing is read twice", async () => {
    await rm(workspace.path(mirror))
    const ended = await workspace.sync()
    assert.deepStrictEqual(
      ended.report.streams.map(({ rows }) => rows),
      [0, 0, 0]
    )
    assert.isTrue(existsSync(workspace.path(mirror)))
  })

  it("of another org is refused, and nothing is changed", async () => {
    const text = await readFile(workspace.path(mirror), "utf8")
    await writeFile(workspace.path(mirror), text.replace(org.orgId, "00D000000000001AAA"))
    const ended = await workspace.run(["sync", "--json"])
    assert.strictEqual(ended.code, 2)
    assert.strictEqual(JSON.parse(ended.stdout).error.code, "CHECKPOINT_OTHER_ORG")
  })
})

describe("the checkpoint file beside no copy", () => {
  beforeEach(newWorkspace)
  afterEach(clearAway)

  it("of a newer Decant is refused", async () => {
    await mkdir(workspace.path(".decant"))
    await writeFile(workspace.path(mirror), JSON.stringify({ version: 2, later: true }))
    const ended = await workspace.run(["sync", "--json"])
    assert.strictEqual(ended.code, 2)
    assert.strictEqual(JSON.parse(ended.stdout).error.code, "CHECKPOINT_NEWER")
  })
})

describe("a kill -9", () => {
  beforeEach(newWorkspace)
  afterEach(clearAway)

  const asked = async (method: string, path: RegExp): Promise<number> =>
    (await org.requests()).filter((request) => request.method === method && path.test(request.path)).length

  const moments: ReadonlyArray<readonly [string, () => boolean | Promise<boolean>]> = [
    ["before anything is asked", lockIsWritten],
    ["with jobs that no file knows", async () => (await asked("POST", /\/jobs\/query$/)) > 0],
    ["with jobs that are written down", async () => (await asked("GET", /\/jobs\/query\/\w+$/)) > 0],
    ["with rows that have come", async () => (await asked("GET", /\/results$/)) > 0],
    ["with rows of one stream and not of others", async () => (await asked("GET", /\/results$/)) > 1]
  ]
  it("at five moments of a backfill loses nothing and doubles nothing", async () => {
    const inTheMiddle: Array<string> = []
    for (const [moment, holds] of moments) {
      await org.control("DELETE", "requests")
      await slowDown("/jobs/query", 150)
      const running = workspace.start(["sync"])
      let over = false
      running.child.once("exit", () => {
        over = true
      })
      await until(async () => over || (await holds()))
      await kill(running)
      if (existsSync(workspace.path(lock))) inTheMiddle.push(moment)
    }
    assert.isNotEmpty(inTheMiddle)
    await org.control("DELETE", "faults")
    await endsAsIfNothingHappened()
  })

  it("while result pages come in leaves a job that the next run goes on with", async () => {
    await slowDown("/results", endless)
    const running = workspace.start(["sync", "--stream", "Account"])
    await until(() => existsSync(workspace.path(mirror)) && existsSync(workspace.path(spool)))
    assert.strictEqual(
      (await stat(workspace.path(spool))).mode & 0o777,
      0o700,
      "only its owner reads the spool"
    )
    await kill(running)
    assert.isTrue(existsSync(workspace.path(lock)))
    await org.control("DELETE", "faults")
    await org.control("DELETE", "requests")
    const ended = await workspace.sync("--stream", "Account")
    assert.strictEqual(ended.code, 0, ended.stderr)
    const requests = await org.requests()
    assert.isTrue(requests.some(({ path }) => /\/jobs\/query\/[^/]+\/results$/.test(path)))
    assert.isFalse(requests.some(({ method, path }) => method === "POST" && path.endsWith("/jobs/query")))
    await endsAsIfNothingHappened()
  })
})

describe("a connection that is reset in the middle of a result page", () => {
  beforeEach(newWorkspace)
  afterEach(clearAway)

  it("costs nothing but a second try", async () => {
    await org.control("POST", "faults", {
      match: { path: "/result" },
      times: 4,
      action: { resetAfterBytes: 3_000 }
    })
    await endsAsIfNothingHappened()
    assert.isTrue((await org.requests()).some(({ ended }) => ended === "reset"))
  })
})

describe("Ctrl-C", () => {
  beforeEach(newWorkspace)
  afterEach(clearAway)

  it("saves, says how to go on, and exits 130", async () => {
    await slowDown("/results", endless)
    const running = workspace.start(["sync", "decant.yaml"])
    await until(() => existsSync(workspace.path(mirror)))
    running.child.kill("SIGINT")
    const ended = await running.ended
    assert.strictEqual(ended.code, 130)
    assert.include(ended.stdout, "Interrupted")
    assert.include(ended.stdout, "`decant sync decant.yaml` goes on from there")
    await org.control("DELETE", "faults")
    await endsAsIfNothingHappened()
  })

  it("leaves one JSON document with status interrupted", async () => {
    await slowDown("/results", endless)
    const running = workspace.start(["sync", "--json", "--stream", "Account"])
    await until(() => existsSync(workspace.path(mirror)))
    running.child.kill("SIGINT")
    const ended = await running.ended
    assert.strictEqual(ended.code, 130)
    const report = JSON.parse(ended.stdout)
    assert.strictEqual(report.status, "interrupted")
    assert.deepStrictEqual(
      report.streams.filter((stream: { status: string }) => stream.status === "failed"),
      []
    )
  })

  it("twice leaves at once", async () => {
    await slowDown("/services", endless)
    const running = workspace.start(["sync"])
    await until(lockIsWritten)
    running.child.kill("SIGINT")
    await sleep(100)
    const pressed = Date.now()
    running.child.kill("SIGINT")
    assert.strictEqual((await running.ended).code, 130)
    assert.isBelow(Date.now() - pressed, endless / 2)
  })
})

describe("a second run beside the first", () => {
  beforeEach(newWorkspace)
  afterEach(clearAway)

  it("exits 6 and says who is at it, or waits for it", async () => {
    const running = workspace.start(["sync", "--quiet"])
    await until(lockIsWritten)
    // So the first is at it for as long as the others need.
    running.child.kill("SIGSTOP")
    onTestFinished(() => kill(running))
    const second = await workspace.run(["sync", "--json"])
    assert.strictEqual(second.code, 6)
    const { error } = JSON.parse(second.stdout)
    assert.strictEqual(error.code, "RUN_LOCKED")
    assert.include(error.message, `process ${running.child.pid}`)
    const third = workspace.start(["sync", "--json", "--wait", "170s"])
    let told = ""
    third.child.stderr?.on("data", (chunk) => {
      told += chunk
    })
    await until(() => told.includes("Waiting for another run"))
    running.child.kill("SIGCONT")
    assert.strictEqual((await running.ended).code, 0)
    const { code, stderr } = await third.ended
    assert.strictEqual(code, 0, stderr)
    assert.deepStrictEqual(await allDifferences(org, workspace.path("test.duckdb"), objects), [])
  })
})
