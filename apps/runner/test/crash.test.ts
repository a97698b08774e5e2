/** Whatever ends a sync, at whatever moment: the next one ends as if nothing had happened. */
import { existsSync } from "node:fs"
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it, vi } from "@effect/vitest"
import { allDifferences } from "./support/compare.ts"
import { openWorkspace, type Workspace } from "./support/decant.ts"
import { type Emulator, startEmulator } from "./support/emulator.ts"

// Each step is a process of its own: on a busy machine a handful of them take their time.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

const mirror = ".decant/test.checkpoint.json"
const lock = `${mirror}.lock`
const spool = `${mirror}.spool`

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await startEmulator("--dataset", "demo")
})
afterAll(() => org?.stop())
beforeEach(async () => {
  workspace = await openWorkspace(org.env)
})
afterEach(async () => {
  await org.control("DELETE", "faults")
  await workspace.remove()
})

const endsAsIfNothingHappened = async (): Promise<void> => {
  const ended = await workspace.sync()
  assert.strictEqual(ended.code, 0, ended.stderr)
  assert.deepStrictEqual(await allDifferences(org, workspace.path("test.duckdb")), [])
  assert.isFalse(existsSync(workspace.path(lock)))
  assert.isFalse(existsSync(workspace.path(spool)))
}

const slowDown = (path: string, delayMs: number) =>
  org.control("POST", "faults", { match: { path }, times: 1_000, action: { delayMs } })

const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 400; tries++) {
    if (holds()) return
    await sleep(25)
  }
  throw new Error("it did not happen within ten seconds")
}

describe("the checkpoint file", () => {
  it("that is older than the last commit is rewritten from the destination", async () => {
    await workspace.sync()
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
    await workspace.sync()
    await rm(workspace.path(mirror))
    const ended = await workspace.sync()
    assert.deepStrictEqual(
      ended.report.streams.map(({ rows }) => rows),
      [0, 0, 0, 0]
    )
    assert.isTrue(existsSync(workspace.path(mirror)))
  })

  it("of another org is refused, and nothing is changed", async () => {
    await workspace.sync()
    const text = await readFile(workspace.path(mirror), "utf8")
    await writeFile(workspace.path(mirror), text.replace(org.orgId, "00D000000000001AAA"))
    const ended = await workspace.run(["sync", "--json"])
    assert.strictEqual(ended.code, 2)
    assert.strictEqual(JSON.parse(ended.stdout).error.code, "CHECKPOINT_OTHER_ORG")
  })

  it("of a newer Decant is refused", async () => {
    await mkdir(workspace.path(".decant"))
    await writeFile(workspace.path(mirror), JSON.stringify({ version: 2, later: true }))
    const ended = await workspace.run(["sync", "--json"])
    assert.strictEqual(ended.code, 2)
    assert.strictEqual(JSON.parse(ended.stdout).error.code, "CHECKPOINT_NEWER")
  })
})

describe("a kill -9", () => {
  it("at ten moments of a backfill loses nothing and doubles nothing", async () => {
    let inTheMiddle = 0
    await slowDown("/jobs/query", 150)
    for (let moment = 0; moment < 10; moment++) {
      const running = workspace.start(["sync"])
      await sleep(300 + moment * 170)
      running.child.kill("SIGKILL")
      await running.ended
      if (existsSync(workspace.path(lock))) inTheMiddle++
    }
    assert.isAbove(inTheMiddle, 0)
    await org.control("DELETE", "faults")
    await endsAsIfNothingHappened()
  })

  it("while result pages come in leaves a job that the next run goes on with", async () => {
    await slowDown("/results", 2_000)
    const running = workspace.start(["sync", "--stream", "Account"])
    await until(() => existsSync(workspace.path(mirror)))
    running.child.kill("SIGKILL")
    await running.ended
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
  it("saves, says how to go on, and exits 130", async () => {
    await slowDown("/results", 1_500)
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
    await slowDown("/results", 1_500)
    const running = workspace.start(["sync", "--json"])
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
    await slowDown("/services", 20_000)
    const running = workspace.start(["sync"])
    await until(() => existsSync(workspace.path(lock)))
    running.child.kill("SIGINT")
    await sleep(100)
    const pressed = Date.now()
    running.child.kill("SIGINT")
    assert.strictEqual((await running.ended).code, 130)
    assert.isBelow(Date.now() - pressed, 2_000)
  })
})

describe("a second run beside the first", () => {
  it("exits 6 and says who is at it", async () => {
    await slowDown("/results", 3_000)
    const running = workspace.start(["sync", "--quiet"])
    await until(() => existsSync(workspace.path(lock)))
    const second = await workspace.run(["sync", "--json"])
    assert.strictEqual(second.code, 6)
    const { error } = JSON.parse(second.stdout)
    assert.strictEqual(error.code, "RUN_LOCKED")
    assert.include(error.message, `process ${running.child.pid}`)
    const third = await workspace.sync("--wait", "60s")
    assert.strictEqual(third.code, 0, third.stderr)
    assert.include(third.stderr, "Waiting for another run")
    assert.strictEqual((await running.ended).code, 0)
    await endsAsIfNothingHappened()
  })
})

describe("the spool", () => {
  it("is readable by its owner alone", async () => {
    await slowDown("/results", 1_000)
    const running = workspace.start(["sync"])
    await until(() => existsSync(workspace.path(spool)))
    assert.strictEqual((await stat(workspace.path(spool))).mode & 0o777, 0o700)
    assert.strictEqual((await running.ended).code, 0)
    assert.notInclude(await readdir(workspace.path(".decant")), "test.checkpoint.json.spool")
  })
})
