/** What pages say between their marks is what bench/results.json says, and nothing else. */
import { readFileSync } from "node:fs"
import { expect, it } from "@effect/vitest"
import { marks, pages, readResults } from "../src/results.ts"

it.each(Object.entries(pages))("%s shows what the bench has printed", (name, text) => {
  const page = readFileSync(new URL(`../../${name}`, import.meta.url), "utf8")
  const shown = page.slice(page.indexOf(marks.begin) + marks.begin.length, page.indexOf(marks.end))
  expect(shown.trim()).toBe(text(readResults()))
})
