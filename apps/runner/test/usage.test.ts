/** What a person sees before any org or database is touched. */
import { writeFile } from "node:fs/promises"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { type Ended, openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let workspace: Workspace
beforeAll(async () => {
  workspace = await openWarmWorkspace({})
})
afterAll(() => workspace.remove())

const hasNoStackTrace = (ended: Ended): void => {
  assert.notMatch(ended.stdout + ended.stderr, /^\s+at .+:\d+:\d+\)?$/m)
  assert.notMatch(ended.stdout + ended.stderr, /node:internal|\.ts:\d+/)
}

describe("decant --help", () => {
  for (const command of ["sync", "check", "setup-org", "query", "schema"]) {
    it(`has an example for ${command}`, async () => {
      const ended = await workspace.run([command, "--help"])
      assert.strictEqual(ended.code, 0)
      assert.include(ended.stdout, "EXAMPLES")
      assert.include(ended.stdout, `decant ${command}`)
      assert.strictEqual(ended.stderr, "")
    })
  }

  it("lists every command", async () => {
    const ended = await workspace.start(["--help"]).ended
    assert.strictEqual(ended.stderr, "")
    for (const command of ["sync", "check", "connect", "setup-org", "query", "demo", "schema"])
      assert.include(ended.stdout, command)
  })
})

it("says its version", async () => {
  assert.match((await workspace.start(["--version"]).ended).stdout, /^\d+\.\d+\.\d+\n$/)
})

describe("a mistaken command line exits 2, and says in a line or two what was meant", () => {
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>, string]> = [
    ["an unknown command", ["snyc"], "Did you mean `sync`?"],
    ["an unknown flag", ["sync", "--strem", "Account"], "Did you mean `--stream`?"],
    ["a statement that is not there", ["query"], "--file"],
    ["a missing argument", ["erase", "Contact"], "`decant erase [flags] <object> <id>`"],
    ["an argument too many", ["sync", "a.yaml", "b.yaml"], "`b.yaml`"],
    ["a value that is no duration", ["sync", "--wait", "soon"], "a duration such as"],
    ["a value that is no choice", ["query", "SELECT 1", "--format", "xml"], "csv"],
    ["two different specs", ["sync", "a.yaml", "--spec", "b.yaml"], "Two spec files"],
    ["a limit that is no number", ["query", "SELECT 1", "--limit", "many"], "limit"]
  ]
  for (const [name, args, hint] of cases) {
    it(name, async () => {
      const ended = await workspace.run(args)
      assert.strictEqual(ended.code, 2, ended.stderr)
      assert.strictEqual(ended.stdout, "")
      assert.include(ended.stderr, hint)
      assert.isAtMost(ended.stderr.trimEnd().split("\n").length, 3, ended.stderr)
      hasNoStackTrace(ended)
    })
  }

  it("and with --json its error is the one document on stdout", async () => {
    const ended = await workspace.run(["sync", "--strem", "x", "--json"])
    assert.strictEqual(ended.code, 2)
    assert.strictEqual(JSON.parse(ended.stdout).error.code, "USAGE")
  })
})

describe("a spec that cannot be used exits 2", () => {
  it("when the file is not there", async () => {
    for (const command of ["sync", "check"]) {
      const ended = await workspace.run([command, "nope.yaml"])
      assert.strictEqual(ended.code, 2)
      assert.match(ended.stderr, /^Error: There is no spec file nope\.yaml\.\nFix: .*`--spec decant\.yaml`/)
      hasNoStackTrace(ended)
    }
  })

  it("when it has three mistakes, all three are named at once", async () => {
    const text = specText()
      .replace("version: 1", "version: 2")
      .replace("path:", "pth:")
      .replace("type: salesforce", "type: salesforce\n  lookback: a while")
    await writeFile(workspace.path("wrong.yaml"), text)
    const env = {
      SALESFORCE_URL: "http://127.0.0.1:1",
      SALESFORCE_CLIENT_ID: "x",
      SALESFORCE_CLIENT_SECRET: "hush"
    }
    const ended = await workspace.run(["sync", "wrong.yaml"], env)
    assert.strictEqual(ended.code, 2)
    assert.include(ended.stderr, "wrong.yaml has")
    assert.include(ended.stderr, "line 1: version")
    assert.include(ended.stderr, "source.lookback")
    assert.include(ended.stderr, "did you mean `path`?")
    assert.notInclude(ended.stderr, "hush")
    hasNoStackTrace(ended)
  })

  it("when a variable of it is not set, naming the variable", async () => {
    const ended = await workspace.run(["sync", "decant.yaml", "--json"], { SALESFORCE_URL: "" })
    assert.strictEqual(ended.code, 2)
    const { error } = JSON.parse(ended.stdout)
    assert.strictEqual(error.code, "SPEC_INVALID")
    assert.include(error.message, "SALESFORCE_URL")
    assert.strictEqual(error.docs, "docs/errors.md#spec_invalid")
    assert.strictEqual(error.retryable, false)
  })
})

it("prints the JSON Schema of the spec", async () => {
  const ended = await workspace.run(["schema"])
  assert.strictEqual(ended.code, 0)
  assert.strictEqual(JSON.parse(ended.stdout).$schema, "https://json-schema.org/draft/2020-12/schema")
})
