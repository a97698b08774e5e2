/** What those who watch a spec are told, and that they are told once. */
import type { FailureReport, RunReport, StreamReport } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { type Alert, judgeRun, toldOf } from "../src/serve/alert-policy.ts"
import type { RunRecord, RunState } from "../src/serve/run-record.ts"

const error = (code: string, retryable: boolean): FailureReport => ({
  code,
  message: `${code} happened.`,
  fix: "Mend it.",
  docs: "",
  retryable
})
const hidden = error("FIELD_HIDDEN", false)
const network = error("NETWORK_RESET", true)

const stream = (name: string, part: Partial<StreamReport> = {}): StreamReport => ({
  stream: name,
  status: part.error === undefined || part.error === null ? "ok" : "failed",
  mode: "incremental",
  api: "rest",
  read: 0,
  rows: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  cursor: { from: null, to: null },
  bytes: 0,
  apiCalls: 0,
  durationMs: 0,
  schemaChanges: [],
  warnings: [],
  error: null,
  ...part
})

const run = (status: RunState, streams: ReadonlyArray<StreamReport> | FailureReport): RunRecord => {
  const isReport = Array.isArray(streams)
  return {
    runId: "r",
    spec: "acme",
    trigger: "schedule",
    attempt: 1,
    status,
    queuedAt: "2026-01-01T00:00:00.000Z",
    startedAt: "2026-01-01T00:00:00.000Z",
    finishedAt: "2026-01-01T00:01:00.000Z",
    rows: 0,
    bytes: 0,
    apiCalls: 0,
    error: isReport ? null : (streams as FailureReport),
    report: isReport ? ({ streams } as unknown as RunReport) : null
  }
}

/** The events of each run of a story; a day may lie between them. */
const told = (runs: ReadonlyArray<RunRecord>, hoursBetween = 0): ReadonlyArray<ReadonlyArray<Alert>> => {
  let memory: unknown = null
  return runs.map((one, index) => {
    const judged = judgeRun(one, toldOf(memory), index * hoursBetween * 3_600_000)
    memory = JSON.parse(JSON.stringify(judged.told))
    return judged.alerts
  })
}
const events = (alerts: ReadonlyArray<ReadonlyArray<Alert>>) =>
  alerts.map((ofRun) => ofRun.map(({ event }) => event).join("+"))

const ok = run("ok", [stream("Account"), stream("Contact")])
const partial = run("partial", [stream("Account"), stream("Contact", { error: hidden })])

describe("alerts", () => {
  it("say a failure that does not pass by itself at once, once, and its end", () => {
    const alerts = told([ok, partial, partial, partial, ok, ok])
    assert.deepStrictEqual(events(alerts), ["", "failure", "", "", "recovery", ""])
    const [failure] = alerts[1] ?? []
    assert.deepStrictEqual(failure?.streams, [{ stream: "Contact", error: hidden }])
    assert.strictEqual(failure?.text, "Decant: acme failed. Contact: FIELD_HIDDEN happened. Mend it.")
  })

  it("wait until what may pass has not passed at the third run", () => {
    const failed = run("failed", network)
    assert.deepStrictEqual(events(told([ok, failed, failed, ok])), ["", "", "", ""])
    assert.deepStrictEqual(events(told([ok, failed, failed, failed, failed, ok])), [
      "",
      "",
      "",
      "failure",
      "",
      "recovery"
    ])
  })

  it("come again for another failure, and once a day", () => {
    const both = run("failed", [stream("Account", { error: hidden }), stream("Contact", { error: hidden })])
    assert.deepStrictEqual(events(told([partial, both, both, partial])), [
      "failure",
      "failure",
      "",
      "failure"
    ])
    assert.deepStrictEqual(events(told([partial, partial, partial, partial], 13)), [
      "failure",
      "",
      "failure",
      ""
    ])
  })

  it("are not sent for runs that were stopped, or paused for the budget, and these end no failure", () => {
    const stopped = run("interrupted", [])
    const paused = run("paused", [stream("Account")])
    assert.deepStrictEqual(events(told([partial, stopped, paused, run("lost", []), partial, ok])), [
      "failure",
      "",
      "",
      "",
      "",
      "recovery"
    ])
  })

  it("know that a retry of one stream says nothing of the others", () => {
    const both = run("failed", [stream("Account", { error: hidden }), stream("Contact", { error: hidden })])
    const retried = run("ok", [stream("Contact")])
    assert.deepStrictEqual(events(told([both, retried, ok])), ["failure", "", "recovery"])
  })

  it("say each change of the schema, and each warning when it is new", () => {
    const change = stream("Account", { schemaChanges: ["Colour__c: new, text"] })
    const warned = stream("Contact", { warnings: ["3 rows are hidden"] })
    const alerts = told([
      ok,
      run("ok", [change, warned]),
      run("ok", [stream("Account"), warned]),
      ok,
      run("ok", [stream("Account"), warned])
    ])
    assert.deepStrictEqual(events(alerts), ["", "drift", "", "", "drift"])
    const [drift] = alerts[1] ?? []
    assert.deepStrictEqual(drift?.schemaChanges, [{ stream: "Account", change: "Colour__c: new, text" }])
    assert.deepStrictEqual(drift?.warnings, [{ stream: "Contact", warning: "3 rows are hidden" }])
  })

  it("begin anew where what was told cannot be read", () => {
    assert.deepStrictEqual(toldOf({ failing: 7 }), toldOf(null))
  })
})
