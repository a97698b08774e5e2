/** docs/errors.md has an entry for every code that any command can print: errors link there. */
import { readFileSync } from "node:fs"
import { AuthError } from "@decant/auth"
import { ConnectorError, failureReport } from "@decant/connector"
import { DestinationError } from "@decant/destinations"
import { OrgError } from "@decant/org"
import { SourceError } from "@decant/source-salesforce"
import { assert, describe, it } from "@effect/vitest"
import { RunnerError } from "../src/runner-error.ts"

const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8")

/** As GitHub makes them of headings. */
const anchors = new Set(
  [...page.matchAll(/^### (\S+)$/gm)].map(([, heading = ""]) => `docs/errors.md#${heading.toLowerCase()}`)
)

const errors = { AuthError, ConnectorError, DestinationError, OrgError, RunnerError, SourceError }

describe("the page of errors", () => {
  for (const [name, error] of Object.entries(errors)) {
    it(`has every code of ${name}`, () => {
      const codes: ReadonlyArray<string> = error.fields.code.literals
      assert.isNotEmpty(codes)
      for (const code of codes) {
        const { docs } = failureReport({
          _tag: name,
          code,
          message: "",
          fix: "",
          retryable: false,
          disposition: "failed"
        })
        assert.isTrue(anchors.has(docs), docs)
      }
    })
  }
})

it("every link to an error from the other pages leads to an entry", () => {
  for (const file of ["docs/connect.md", "README.md"]) {
    const text = readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8")
    for (const [, anchor = ""] of text.matchAll(/errors\.md(#\w+)/g)) {
      assert.isTrue(anchors.has(`docs/errors.md${anchor}`), `${file}: ${anchor}`)
    }
  }
})
