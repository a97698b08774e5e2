import { assert, describe, it } from "@effect/vitest"
import { environmentDoubt } from "../src/index.ts"

const cases: ReadonlyArray<readonly [environment: string, isSandbox: boolean, doubted: boolean]> = [
  ["production", false, false],
  ["production", true, true],
  ["sandbox", true, false],
  ["sandbox", false, true],
  ["https://acme.my.salesforce.com", false, false],
  ["https://acme.my.salesforce.com", true, true],
  ["https://acme--uat.sandbox.my.salesforce.com", true, false],
  ["https://acme--uat.sandbox.my.salesforce.com", false, true],
  ["https://brave-otter.scratch.my.salesforce.com", true, false],
  ["https://acme-dev-ed.develop.my.salesforce.com", false, false],
  ["http://127.0.0.1:8787", true, false],
  ["http://127.0.0.1:8787", false, false]
]

describe("what the org says of itself against the spec's address", () => {
  for (const [environment, isSandbox, doubted] of cases) {
    it(`${environment} as a ${isSandbox ? "sandbox" : "production"} org is ${doubted ? "doubted" : "as expected"}`, () => {
      const doubt = environmentDoubt(environment, isSandbox)
      assert.strictEqual(doubt?.code ?? null, doubted ? "AUTH_ENVIRONMENT_MISMATCH" : null)
      if (doubt !== null) {
        assert.include(doubt.message, environment)
        assert.include(doubt.message, `this is a ${isSandbox ? "sandbox" : "production"} org`)
      }
    })
  }
})
