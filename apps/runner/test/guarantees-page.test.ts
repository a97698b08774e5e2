/** docs/guarantees.md points at tests; each of them is there under the title that the page gives. */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"

const page = new URL("../../../docs/guarantees.md", import.meta.url)

const pointers = [...readFileSync(page, "utf8").matchAll(/\[([^\]]+)\]\((\.\.\/[^)]+\.ts)\)/g)].map(
  ([, title = "", file = ""]) => ({ title, file })
)

describe("the page of guarantees", () => {
  it("has a test for each of them", () => {
    assert.isAbove(pointers.length, 40)
    const missing = pointers.filter(
      ({ title, file }) => !readFileSync(new URL(file, page), "utf8").includes(title)
    )
    assert.deepStrictEqual(missing, [])
  })
})
