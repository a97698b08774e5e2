/** What goes wrong is said once, clearly, with what to do, and with the right exit code. */
import { readdir, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it, vi } from "@effect/vitest"
import { allDifferences } from "./support/compare.ts"
import { type Ended, openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
})
afterAll(() => org?.stop())
beforeEach(async () => {
  workspace = await openWarmWorkspace(org.env)
})
afterEach(() => workspace.remove())

/** A port that nobody listens on. */
const closedPort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })

const saysItOnce = (ended: Ended): void => {
  assert.lengthOf(ended.stderr.match(/^Error: /gm) ?? [], 1, ended.stderr)
  assert.lengthOf(ended.stderr.match(/^Fix: ./gm) ?? [], 1, ended.stderr)
  assert.notMatch(ended.stderr, /^\s+at .+:\d+:\d+\)?$/m)
  assert.notMatch(ended.stderr, /node:internal|\.ts:\d+|FiberFailure/)
}

describe("an org that does not answer", () => {
  it("ends a sync with 1 and a check with 1", async () => {
    const env = { SALESFORCE_URL: `http://127.0.0.1:${await closedPort()}` }
    const sync = await workspace.run(["sync"], env)
    assert.strictEqual(sync.code, 1, sync.stderr)
    assert.strictEqual(sync.stdout, "")
    saysItOnce(sync)
    const check = await workspace.run(["check", "--json"], env)
    assert.strictEqual(check.code, 1)
    const { status, checks, error } = JSON.parse(check.stdout)
    assert.strictEqual(status, "fail")
    assert.strictEqual(checks[0].name, "reachability")
    assert.isNotEmpty(error.fix)
  })
})

describe("a wrong client secret", () => {
  const env = { SALESFORCE_CLIENT_SECRET: "not-the-secret-0123456789" }

  it("ends a sync with 4, and is not printed", async () => {
    const ended = await workspace.run(["sync", "--json"], env)
    assert.strictEqual(ended.code, 4, ended.stderr)
    saysItOnce(ended)
    const { error } = JSON.parse(ended.stdout)
    assert.match(error.code, /^AUTH_/)
    assert.strictEqual(error.docs, `docs/errors.md#${error.code.toLowerCase()}`)
    assert.notInclude(ended.stdout + ended.stderr, env.SALESFORCE_CLIENT_SECRET)
  })

  it("ends a check with 4", async () => {
    const ended = await workspace.run(["check"], env)
    assert.strictEqual(ended.code, 4)
    assert.include(ended.stdout, "✘ login")
    assert.include(ended.stdout, "Fix: ")
  })
})

describe("an object that the org does not have", () => {
  beforeEach(() => writeFile(workspace.path("decant.yaml"), specText(["Account", "Acount", "User"])))

  it("fails alone: the other streams are committed, and the exit code is 3", async () => {
    const ended = await workspace.sync()
    assert.strictEqual(ended.code, 3, ended.stderr)
    assert.strictEqual(ended.report.status, "partial")
    assert.deepStrictEqual(ended.report.streams.map(({ stream, status }) => [stream, status]).sort(), [
      ["Account", "ok"],
      ["Acount", "failed"],
      ["User", "ok"]
    ])
    assert.include(JSON.stringify(ended.report.streams.find(({ error }) => error !== null)?.error), "Account")
    assert.deepStrictEqual(await allDifferences(org, workspace.path("test.duckdb"), ["Account", "User"]), [])
  })

  it("is named with --quiet too, and nothing else", async () => {
    const ended = await workspace.run(["sync", "--quiet"])
    assert.strictEqual(ended.code, 3)
    assert.strictEqual(ended.stdout, "")
    assert.match(ended.stderr, /^Acount: .+\n {2}Fix: .+\n$/)
  })

  it("ends a check with 2, and a line for each object", async () => {
    const ended = await workspace.run(["check"])
    assert.strictEqual(ended.code, 2, ended.stdout)
    assert.match(ended.stdout, /^✔ User/m)
    assert.match(ended.stdout, /^✘ Acount/m)
  })
})

describe("a check of a spec that is right", () => {
  it("exits 0, a line each, and leaves nothing behind", async () => {
    const ended = await workspace.run(["check"])
    assert.strictEqual(ended.code, 0, ended.stdout)
    for (const name of ["login", "Account", "Contact", "Opportunity", "User", "destination"]) {
      assert.match(ended.stdout, new RegExp(`^✔ ${name}`, "m"))
    }
    assert.deepStrictEqual(await readdir(workspace.folder), ["decant.yaml"])
  })
})

describe("a dry run", () => {
  it("shows the plan and leaves nothing behind", async () => {
    const ended = await workspace.run(["sync", "--dry-run", "--json"])
    assert.strictEqual(ended.code, 0, ended.stderr)
    const { plan } = JSON.parse(ended.stdout)
    assert.deepStrictEqual(
      plan.map(({ stream, mode }: { stream: string; mode: string }) => [stream, mode]),
      ["Account", "Contact", "Opportunity", "User"].map((stream) => [stream, "backfill"])
    )
    assert.deepStrictEqual(await readdir(workspace.folder), ["decant.yaml"])
  })
})

describe("a stream that the spec does not have", () => {
  it("is a mistake of the command line", async () => {
    const ended = await workspace.run(["sync", "--stream", "Acount", "--json"])
    assert.strictEqual(ended.code, 2)
    assert.include(JSON.parse(ended.stdout).error.message, "Account")
  })
})
