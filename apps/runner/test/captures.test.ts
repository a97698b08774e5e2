/** The pictures in docs/captures show what the commands print; how long it took may differ. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { stripVTControlCharacters } from "node:util"
import { afterAll, assert, beforeAll, it, vi } from "@effect/vitest"
import { capture } from "../scripts/captures.ts"
import { svgText } from "../scripts/terminal-svg.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let org: Emulator
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
})
afterAll(() => org?.stop())

/** Words and their order: not numbers, not how wide a column is, not which of two units an age has. */
const words = (text: string): ReadonlyArray<string> =>
  stripVTControlCharacters(text)
    .replaceAll(/\d[\d,.:]*( (s|ms|min|h))?\b/g, "0")
    .split(/[\s─]+/)
    .filter((word) => word !== "")

it("the pictures of the terminal are current (npm run captures --workspace apps/runner)", async () => {
  const captured = await capture(org)
  assert.isAtLeast(captured.size, 5)
  for (const [name, text] of captured) {
    const svg = readFileSync(join(import.meta.dirname, `../../../docs/captures/${name}.svg`), "utf8")
    assert.deepStrictEqual(words(svgText(svg)), words(text), name)
  }
})
