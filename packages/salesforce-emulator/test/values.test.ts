import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeId, normaliseId } from "../src/org/id.ts"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { change, query } from "./support/queries.ts"

it.live("numbers print as Java's Double.toString prints them", () =>
  Effect.gen(function* () {
    const numbers: ReadonlyArray<readonly [number, string]> = [
      [0, "0.0"],
      [100, "100.0"],
      [0.5, "0.5"],
      [-1.25, "-1.25"],
      [0.001, "0.001"],
      [0.0001234, "1.234E-4"],
      [9_999_999, "9999999.0"],
      [1e7, "1.0E7"],
      [-20_000_000, "-2.0E7"],
      [12_345_678.9, "1.23456789E7"],
      [9_007_199_254_740_991, "9.007199254740991E15"],
      [9_007_199_254_740_992, "9.007199254740992E15"],
      [123_456_789_012_345_680, "1.2345678901234568E17"],
      [350_000_000, "3.5E8"],
      [99_999_999, "9.9999999E7"],
      [-100_000_000, "-1.0E8"],
      [100_000_001, "1.00000001E8"],
      [8_888_888_888_888_888, "8.888888888888888E15"],
      [999_999_999_999_999, "9.99999999999999E14"],
      [-100_000_000_000_001, "-1.00000000000001E14"],
      [1e15, "1.0E15"],
      [-123_456_789.125, "-1.23456789125E8"],
      [16_147_805_824_397, "1.6147805824397E13"],
      [1.5e-7, "1.5E-7"],
      [1e21, "1.0E21"]
    ]
    yield* change("Account", {
      insert: numbers.map(([AnnualRevenue], at) => ({ Name: `n${at}`, AnnualRevenue }))
    })
    const { text } = yield* query("SELECT AnnualRevenue FROM Account ORDER BY Id")
    const printed = [...text.matchAll(/"AnnualRevenue":([^}]+)/g)].map(([, number]) => number)
    assert.deepStrictEqual(
      printed,
      numbers.map(([, expected]) => expected)
    )
  }).pipe(Effect.provide(EmulatedOrg.layer()))
)

it.live("an address is an object of its parts, or null when it has none", () =>
  Effect.gen(function* () {
    yield* change("Account", {
      insert: [
        { Name: "at home", BillingCity: "Zürich", BillingLatitude: 47.5, BillingLongitude: 8 },
        { Name: "nowhere" }
      ]
    })
    const { json } = yield* query("SELECT BillingAddress FROM Account ORDER BY Id")
    assert.deepStrictEqual(json.records[0].BillingAddress, {
      city: "Zürich",
      country: null,
      geocodeAccuracy: null,
      latitude: 47.5,
      longitude: 8,
      postalCode: null,
      state: null,
      street: null
    })
    assert.strictEqual(json.records[1].BillingAddress, null)
  }).pipe(Effect.provide(EmulatedOrg.layer()))
)

it.live("text comes back as it was sent", () =>
  Effect.gen(function* () {
    const texts = [
      "\u0001 control",
      "emoji 👩‍🚀",
      'quote " backslash \\ slash /',
      "line\u2028separator",
      "tab\t cr\r lf\n"
    ]
    yield* change("Account", { insert: texts.map((Name) => ({ Name })) })
    const { json } = yield* query("SELECT Name FROM Account ORDER BY Id")
    assert.deepStrictEqual(
      json.records.map((record: { readonly Name: string }) => record.Name),
      texts
    )
  }).pipe(Effect.provide(EmulatedOrg.layer()))
)

it("ids carry Salesforce's checksum", () => {
  for (const [id15, suffix] of [
    ["003RO0000035WQg", "YAM"],
    ["750R0000000zxr8", "IAA"],
    ["7506g00000DhRA2", "AAN"],
    ["0056g000005HQPy", "AAO"],
    ["005R0000000Giwj", "IAC"],
    ["01gRO0000016PIA", "YA2"]
  ] as const) {
    assert.strictEqual(normaliseId(id15), id15 + suffix)
    assert.strictEqual(normaliseId((id15 + suffix).toLowerCase()), id15 + suffix)
  }
  assert.strictEqual(normaliseId("001900K0001pPuOAAU"), undefined)
  assert.strictEqual(normaliseId("short"), undefined)
  const ids = Array.from({ length: 5000 }, (_, at) => makeId("001", at + 1))
  assert.deepStrictEqual(ids, [...ids].sort())
})
