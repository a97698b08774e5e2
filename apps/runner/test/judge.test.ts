/** Which differences are faults of the copy: each rule, and the other side of it. */
import type { Absence, ProofPlan, RowDifference, StreamCheckpoint, StreamSchema } from "@decant/connector"
import { newStreamCheckpoint } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { type Evidence, judge } from "../src/verify/judge.ts"

const at = (minute: number, second = 0): string =>
  new Date(Date.UTC(2026, 10, 21, 10, minute, second)).toISOString()

/** The copy reaches to 10:30; from 10:20 on the next sync reads again. */
const cut = at(30)
const checkpoint: StreamCheckpoint = {
  ...newStreamCheckpoint({ phase: "backfill", cursorField: "SystemModstamp", now: cut }),
  phase: "incremental",
  cursor: cut
}

const text = { kind: "text" } as const
const schema = (...names: ReadonlyArray<string>): StreamSchema => ({
  stream: "Account",
  table: "Account",
  key: ["Id"],
  guard: "SystemModstamp",
  deletes: { soft: "mark", hard: "mark", flag: "IsDeleted" },
  history: false,
  columns: names.map((name) => ({ name, label: name, type: text, from: { header: name } })),
  views: []
})

const drifting: StreamSchema = {
  ...schema("Formula__c", "Latitude"),
  columns: [
    ...schema("Formula__c", "Latitude").columns,
    {
      name: "Address",
      label: "Address",
      type: { kind: "struct", fields: [{ name: "latitude", type: text }] },
      from: { struct: { latitude: "Latitude", city: "City" } }
    }
  ]
}

const proof: ProofPlan = {
  stream: "Account",
  obstacle: null,
  schema: schema("Id", "SystemModstamp", "IsDeleted", "Name", "City"),
  drifting,
  whole: schema("Id", "SystemModstamp", "IsDeleted", "Name", "City", "Formula__c", "Latitude"),
  coverage: "all values",
  values: 1,
  rows: 1,
  apiCalls: 1,
  isSnapshot: false,
  guardStays: false,
  keepsMissing: false,
  filterDrifts: false,
  lookbackMillis: 600_000
}

interface Given {
  readonly difference?: Partial<RowDifference>
  readonly proof?: Partial<ProofPlan>
  readonly absence?: Absence
  readonly deletedAt?: string
  readonly takenOut?: number | null
}

const verdict = (kind: RowDifference["kind"], given: Given = {}): string => {
  const difference: RowDifference = {
    key: "001A",
    kind,
    stored: kind === "missing" ? null : at(5),
    actual: kind === "extra" ? null : at(5),
    readAt: kind === "missing" ? null : at(10),
    columns: kind === "values" ? ["Name"] : [],
    ...given.difference
  }
  const evidence: Evidence = {
    proof: { ...proof, ...given.proof },
    checkpoint,
    takenOut: given.takenOut ?? null,
    actual: {
      absent: new Map(given.absence === undefined ? [] : [["001A", given.absence]]),
      deletedSince: new Map(given.deletedAt === undefined ? [] : [["001A", given.deletedAt]])
    }
  }
  return judge(difference, evidence).verdict
}

describe("a row that is missing", () => {
  it("is a late commit where the next sync reads its time again and nothing was taken out", () => {
    assert.strictEqual(verdict("missing", { difference: { actual: at(25) }, takenOut: 0 }), "pending")
    assert.strictEqual(verdict("missing", { difference: { actual: at(25) } }), "pending")
  })
  it("is a fault where rows were taken out, or where no sync would find it", () => {
    assert.strictEqual(verdict("missing", { difference: { actual: at(25) }, takenOut: 1 }), "fault")
    assert.strictEqual(verdict("missing", { difference: { actual: at(19, 59) }, takenOut: 0 }), "fault")
  })
  it("is drift where the filter reads fields that change without a stamp", () => {
    assert.strictEqual(verdict("missing", { proof: { filterDrifts: true }, takenOut: 0 }), "drift")
  })
})

describe("a row of another version", () => {
  it("is a late commit where it could be one: other values too, or a version that was never read", () => {
    const late = { stored: at(5), actual: at(25), readAt: at(26) }
    assert.strictEqual(verdict("stamp", { difference: { ...late, columns: ["Name"] } }), "pending")
    assert.strictEqual(verdict("stamp", { difference: { ...late, readAt: at(24) } }), "pending")
  })
  it("is a fault where only its stamp is another, it is later than Salesforce's, or too old to be read again", () => {
    assert.strictEqual(
      verdict("stamp", { difference: { stored: at(5), actual: at(25), readAt: at(26) } }),
      "fault"
    )
    const late = { stored: at(28), actual: at(25), columns: ["Name"] }
    assert.strictEqual(verdict("stamp", { difference: late }), "fault")
    assert.strictEqual(verdict("stamp", { difference: { stored: null, actual: at(25) } }), "fault")
    const old = { stored: at(1), actual: at(5), columns: ["Name"] }
    assert.strictEqual(verdict("stamp", { difference: old }), "fault")
  })
})

describe("a row of the same version with other values", () => {
  it("is a fault", () => {
    assert.strictEqual(verdict("values"), "fault")
  })
  it("may have changed again within the second of its reading, if the next sync reads that again", () => {
    const same = { stored: at(25, 7), actual: at(25, 7) }
    assert.strictEqual(verdict("values", { difference: { ...same, readAt: at(25, 7) } }), "pending")
    assert.strictEqual(verdict("values", { difference: { ...same, readAt: at(25, 8) } }), "fault")
    assert.strictEqual(
      verdict("values", { difference: { stored: at(5), actual: at(5), readAt: at(5) } }),
      "fault"
    )
  })
  it("has drifted where only columns without a stamp differ, but not where a compound alone does", () => {
    assert.strictEqual(verdict("values", { difference: { columns: ["Formula__c"] } }), "drift")
    assert.strictEqual(verdict("values", { difference: { columns: ["Latitude", "Address"] } }), "drift")
    assert.strictEqual(verdict("values", { difference: { columns: ["Address"] } }), "fault")
    assert.strictEqual(verdict("values", { difference: { columns: ["Formula__c", "Name"] } }), "fault")
  })
  it("was deleted since, if that did not move its stamp", () => {
    const flag = { columns: ["IsDeleted"] }
    assert.strictEqual(verdict("values", { difference: flag, deletedAt: at(31) }), "pending")
    assert.strictEqual(verdict("values", { difference: flag, deletedAt: at(5) }), "fault")
  })
})

describe("a row that the source does not have", () => {
  const cases: ReadonlyArray<readonly [string, Absence, Partial<ProofPlan>, string]> = [
    ["deleted since", { kind: "deleted", at: at(31), pending: true }, {}, "pending"],
    ["deleted before", { kind: "deleted", at: at(5), pending: false }, {}, "fault"],
    ["deleted and kept", { kind: "deleted", at: at(5), pending: false }, { keepsMissing: true }, "kept"],
    ["gone without a trace", { kind: "gone" }, {}, "fault"],
    ["gone and kept", { kind: "gone" }, { keepsMissing: true }, "kept"],
    ["hidden", { kind: "hidden" }, {}, "hidden"],
    ["left the filter since", { kind: "filtered", at: at(31) }, {}, "pending"],
    ["left the filter long ago", { kind: "filtered", at: at(5) }, {}, "fault"],
    ["left a filter that drifts", { kind: "filtered", at: at(5) }, { filterDrifts: true }, "drift"]
  ]
  for (const [what, absence, more, expected] of cases) {
    it(`is judged by why: ${what}`, () => {
      assert.strictEqual(verdict("extra", { absence, proof: more }), expected)
    })
  }
  it("was deleted since, where it is in the bin and the spec removes such rows", () => {
    assert.strictEqual(verdict("extra", { deletedAt: at(31) }), "pending")
    assert.strictEqual(verdict("extra"), "fault")
  })
})

describe("any row", () => {
  it("is a fault where it stands twice, also of a stream that is read whole", () => {
    assert.strictEqual(verdict("doubled"), "fault")
    assert.strictEqual(verdict("doubled", { proof: { isSnapshot: true } }), "fault")
  })
  it("of a stream that is read whole may have changed since, unless rows were taken out", () => {
    const snapshot = { proof: { isSnapshot: true } }
    assert.strictEqual(verdict("values", snapshot), "drift")
    assert.strictEqual(verdict("missing", snapshot), "drift")
    assert.strictEqual(verdict("missing", { ...snapshot, takenOut: 1 }), "fault")
  })
})
