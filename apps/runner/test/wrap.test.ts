import { assert, describe, it } from "@effect/vitest"
import type { Surface } from "../src/terminal/screen.ts"
import { wrapLine, wrapped } from "../src/terminal/wrap.ts"

const surface = (isTerminal: boolean): Surface => ({
  isTerminal,
  columns: 24,
  rows: 24,
  paint: (_, text) => text
})

describe("a line too long for the window", () => {
  it("goes on under the first word after its label", () => {
    assert.strictEqual(
      wrapped("Fix: Ask the admin for access to it.\nshort", surface(true)),
      "Fix: Ask the admin for\n     access to it.\nshort"
    )
  })

  it("keeps its own indentation, and colours take no room", () => {
    assert.deepStrictEqual(wrapLine("  \u001b[31mone\u001b[39m two three four", 12), [
      "  \u001b[31mone\u001b[39m two",
      "  three four"
    ])
  })

  it("never breaks a word, such as an address", () => {
    const address = "https://login.salesforce.com/services/oauth2/authorize"
    assert.deepStrictEqual(wrapLine(`Open ${address} now`, 20), ["Open", address, "now"])
  })

  it("nor a command, which a person will copy", () => {
    assert.deepStrictEqual(wrapLine("Then (`decant sync acme.yaml`) goes on.", 24), [
      "Then",
      "(`decant sync acme.yaml`)",
      "goes on."
    ])
  })

  it("stays as it is where nobody's window has a width", () => {
    const text = "a line that is longer than twenty-four columns"
    assert.strictEqual(wrapped(text, surface(false)), text)
  })
})
