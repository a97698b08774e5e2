/** What a newcomer sees first, `npm start`, must work the first time and the second time. */
import { existsSync } from "node:fs"
import { readdir, readFile, rm } from "node:fs/promises"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { type Ended, openWarmWorkspace, type Workspace } from "./support/decant.ts"

// Each step is a process of its own: on a busy machine a handful of them take their time.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let workspace: Workspace
beforeAll(async () => {
  workspace = await openWarmWorkspace({})
  await rm(workspace.path("decant.yaml"))
})
afterAll(() => workspace?.remove())

/** The commands that the closing lines tell the newcomer to type. */
const suggested = (ended: Ended): ReadonlyArray<ReadonlyArray<string>> =>
  [...ended.stdout.matchAll(/^ +npx decant (query --spec \S+) "(.+)"$/gm)].map(([, words = "", sql = ""]) => [
    ...words.split(" "),
    sql
  ])

const stillRuns = async (url: string): Promise<boolean> => {
  try {
    await fetch(url)
    return true
  } catch {
    return false
  }
}

describe("decant demo", () => {
  it("syncs twice, marks what changed, and ends with what to type next", async () => {
    const ended = await workspace.start(["demo"]).ended
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.match(ended.stdout, /Zürich Analytics AG.+← new/)
    assert.match(ended.stdout, /← .*reference/)
    assert.include(ended.stdout, "decant-demo/demo.duckdb")
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(ended.stdout)?.[0] ?? ""
    assert.isFalse(await stillRuns(url))
    const commands = suggested(ended)
    assert.isAtLeast(commands.length, 2)
    for (const command of commands) {
      const answer = await workspace.run(command)
      assert.strictEqual(answer.code, 0, answer.stderr)
      assert.isAtLeast(answer.stdout.split("\n").length, 4)
    }
  })

  it("writes into its folder only, and no secret", async () => {
    assert.deepStrictEqual(await readdir(workspace.folder), ["decant-demo"])
    assert.notMatch(await readFile(workspace.path("decant-demo/decant.yaml"), "utf8"), /Secret: [^$]/)
  })

  it("keeps the earlier database when it runs again, and prints one document with --json", async () => {
    const ended = await workspace.start(["demo", "--json"]).ended
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.include(ended.stderr, "decant-demo/previous/demo.duckdb")
    assert.isTrue(existsSync(workspace.path("decant-demo/previous/demo.duckdb")))
    const { runs } = JSON.parse(ended.stdout)
    assert.deepStrictEqual(
      runs.map(({ status }: { status: string }) => status),
      ["ok", "ok"]
    )
    assert.isTrue(runs[1].streams.every(({ mode }: { mode: string }) => mode === "incremental"))
  })

  const startDemo = async () => {
    const running = workspace.start(["demo"])
    const url = await new Promise<string>((resolve) => {
      running.child.stdout?.on("data", (chunk) => {
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(String(chunk))
        if (found !== null) resolve(found[0])
      })
    })
    return { running, url }
  }

  it("leaves no org behind when it is killed", async () => {
    const { running, url } = await startDemo()
    running.child.kill("SIGKILL")
    await running.ended
    await vi.waitFor(async () => assert.isFalse(await stillRuns(url)), { timeout: 20_000 })
  })

  it("stops its org on Ctrl-C", async () => {
    const { running, url } = await startDemo()
    running.child.kill("SIGINT")
    assert.strictEqual((await running.ended).code, 130)
    assert.isFalse(await stillRuns(url))
  })
})
