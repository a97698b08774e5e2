/** docs/performance.md says what bench/results.json says, and nothing else between its marks. */
import { readFileSync } from "node:fs"
import { expect, it } from "@effect/vitest"
import { marks, measuredText, readResults } from "../src/results.ts"

it("the page of performance shows what the bench has printed", () => {
  const page = readFileSync(new URL("../../docs/performance.md", import.meta.url), "utf8")
  const shown = page.slice(page.indexOf(marks.begin) + marks.begin.length, page.indexOf(marks.end))
  expect(shown.trim()).toBe(measuredText(readResults()))
})
