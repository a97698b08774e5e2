import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import { SWITCHES } from "../src/control/switch-table.ts"

const path = (name: string) => new URL(`../${name}`, import.meta.url).pathname
const readme = readFileSync(path("README.md"), "utf8")

/** The cells of a table's line, without what formatters put around them. */
const cellsOf = (line: string) =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((text) => text.trim())

const cell = (text: string) => text.replaceAll("|", "\\|")

const switchLines = Object.entries(SWITCHES).map(([name, { value, about, ...entry }]) => {
  const choices: ReadonlyArray<unknown> = "choices" in entry ? entry.choices : []
  const others = choices.filter((choice) => choice !== value).map((choice) => `\`${choice}\``)
  return [`\`${name}\``, `\`${value}\``, others.join(", "), cell(about)]
})

describe("the README", () => {
  it("lists every switch as the table in the source has it", () => {
    const section = readme.slice(readme.indexOf("## Switches"))
    const table = section.split("\n").filter((line) => line.startsWith("| `"))
    assert.deepStrictEqual(table.map(cellsOf), switchLines)
  })

  it("lists every flag of the command", () => {
    const { stdout } = spawnSync(process.execPath, [path("bin/salesforce-emulator.mjs"), "--help"], {
      encoding: "utf8"
    })
    const own = stdout.slice(0, stdout.indexOf("GLOBAL FLAGS"))
    const flags = new Set([...own.matchAll(/--([a-z-]+)/g)].map(([flag]) => flag))
    assert.isAbove(flags.size, 8)
    for (const flag of flags) assert.include(readme, `\`${flag}`, flag)
  })
})
