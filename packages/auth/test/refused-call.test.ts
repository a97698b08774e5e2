import { assert, describe, it } from "@effect/vitest"
import { usageIn } from "../src/call/api-call.ts"
import { refusedCall } from "../src/call/refused-call.ts"

const refused = (headers: Readonly<Record<string, string>>, text = "") =>
  refusedCall({ status: 503, headers, text }, {})

describe("a call that Salesforce refuses", () => {
  it("has Salesforce's own words and the fields that it names", () => {
    const text = JSON.stringify([
      { errorCode: "REQUIRED_FIELD_MISSING", message: "Required fields are missing", fields: ["Name"] }
    ])
    const { said, fields } = refusedCall({ status: 400, headers: {}, text }, {})
    assert.strictEqual(said, "REQUIRED_FIELD_MISSING Required fields are missing")
    assert.deepStrictEqual(fields, ["Name"])
  })

  it("goes by its status where a page of the edge answers", () => {
    const { code, said, tryAgainSoon } = refused({}, "<html>busy</html>")
    assert.deepStrictEqual([code, said, tryAgainSoon], ["API_UNAVAILABLE", "", true])
  })

  it("may be sent again after the seconds or at the time that are asked for, and at once otherwise", () => {
    assert.strictEqual(refused({ "retry-after": "7" }).waitMillis, 7000)
    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString()
    assert.approximately(refused({ "retry-after": inAnHour }).waitMillis, 3_600_000, 60_000)
    const longAgo = "Fri, 31 Dec 1999 23:59:59 GMT"
    for (const header of [longAgo, "soon", ""]) {
      assert.strictEqual(refused({ "retry-after": header }).waitMillis, 0, header)
    }
    assert.strictEqual(refused({}).waitMillis, 0)
  })
})

describe("the calls of the org", () => {
  it("are counted as the reply's head says, whatever else stands there", () => {
    const said = "api-usage=18/5000; per-app-api-usage=17/250(appName=a)"
    assert.deepStrictEqual(usageIn({ "sforce-limit-info": said }), { used: 18, max: 5000 })
    assert.isNull(usageIn({}))
  })
})
