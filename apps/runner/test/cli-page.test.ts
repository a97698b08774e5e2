/** docs/cli.md is what the commands say of themselves, and completions complete. */
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { cliPage } from "../scripts/cli-page.ts"
import { openWorkspace, type Workspace } from "./support/decant.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let workspace: Workspace
beforeAll(async () => {
  workspace = await openWorkspace({})
})
afterAll(() => workspace.remove())

it.live("the page of the command line is current (npm run cli-page --workspace apps/runner)", () =>
  Effect.gen(function* () {
    const page = fileURLToPath(new URL("../../../docs/cli.md", import.meta.url))
    assert.strictEqual(readFileSync(page, "utf8"), yield* cliPage)
  })
)

it.live("each command has a sentence, and at least one example that calls it", () =>
  Effect.gen(function* () {
    const page = yield* cliPage
    const sections = page.split(/^### /m).slice(1)
    assert.isAbove(sections.length, 10)
    for (const section of sections) {
      const [name = ""] = section.split("\n")
      assert.match(section, new RegExp(`\n# .+\n.*\\b${name.split(" ").slice(0, 2).join(" ")}\\b`), name)
    }
  })
)

describe("completions", () => {
  it("complete commands, flags, choices and specs in bash", async () => {
    const script = workspace.path("completions.bash")
    writeFileSync(script, (await workspace.run(["--completions", "bash"])).stdout)
    const completed = (...words: ReadonlyArray<string>): ReadonlyArray<string> =>
      execFileSync(
        "bash",
        [
          "-c",
          `source "$0"
          COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=\${#COMP_LINE}; COMPREPLY=()
          _decant decant "\${@: -1}"
          printf '%s\\n' "\${COMPREPLY[@]}"`,
          script,
          ...words
        ],
        { cwd: workspace.folder, encoding: "utf8" }
      )
        .trim()
        .split("\n")
    assert.deepStrictEqual(completed("decant", "ver"), ["verify"])
    assert.deepStrictEqual(completed("decant", "sync", "--full"), ["--full-refresh"])
    assert.deepStrictEqual(completed("decant", "query", "--format", ""), ["table", "csv", "json"])
    assert.deepStrictEqual(completed("decant", "sync", "dec"), ["decant.yaml"])
  })

  for (const shell of ["zsh", "fish"]) {
    it(`are there for ${shell}`, async () => {
      const ended = await workspace.run(["--completions", shell])
      assert.strictEqual(ended.code, 0)
      for (const word of ["verify", "full-refresh"]) assert.include(ended.stdout, word)
    })
  }
})
