/** What `rest` may call: only below `/services/`, at the org's own host. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { checkPath } from "../src/rest-call.ts"

const passes = (path: string): boolean => Result.isSuccess(Effect.runSync(Effect.result(checkPath(path))))

describe("a path of the API", () => {
  it("may be anything below /services/", () => {
    for (const path of [
      "/services/data",
      "/services/data/v67.0/query?q=SELECT+Id+FROM+Account+WHERE+Name='../x'",
      "/services/apexrest/My%20Class"
    ]) {
      assert.isTrue(passes(path), path)
    }
  })

  it("is refused when it leaves that, names a host, or hides either", () => {
    for (const path of [
      "https://example.com/services/data",
      "//example.com/services/data",
      "/services/../setup",
      "/services/data/%2e%2e/%2E%2E/setup",
      "/services/data/..%2f..%2fsetup",
      "/services/data/./limits",
      "/services\\..\\setup",
      "/services/data\r\nHost: example.com",
      "/services/data#x",
      "/services/%",
      "/id/00D/005",
      ""
    ]) {
      assert.isFalse(passes(path), path)
    }
  })
})
