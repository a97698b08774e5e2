/** What several workers say of a stream is one report: it ends as the task that came last ended. */
import { assert, describe, it } from "@effect/vitest"
import { mergeReports } from "../src/cluster/merge-reports.ts"
import { emptyResult, failedResult, type Task, type TaskResult } from "../src/cluster/task.ts"
import { RunnerError } from "../src/runner-error.ts"

const run = { runId: "r", spec: "acme", fingerprint: "f", request: { only: [], fullRefresh: [] } }
const whole = { stream: "Account", anew: null }
const streamTask: Task = { run, what: { kind: "stream", whole, round: 2, leavesParts: true } }

const read = (rows: number, more: Partial<TaskResult["streams"][number]> = {}): TaskResult => ({
  ...emptyResult,
  shared: { apiCalls: 1, bytes: 10 },
  streams: [
    {
      stream: "Account",
      status: "ok",
      mode: "backfill",
      api: "bulk",
      read: rows,
      rows: 0,
      inserted: 0,
      updated: 0,
      deleted: 0,
      cursor: { from: null, to: null },
      bytes: rows * 10,
      apiCalls: 5,
      durationMs: 1000,
      schemaChanges: [],
      warnings: [],
      error: null,
      ...more
    }
  ]
})

const at = (second: number): Date => new Date(second * 1000)
const merged = (...results: ReadonlyArray<TaskResult>) =>
  mergeReports({
    runId: "r",
    name: "acme",
    startedAt: 0,
    finishedAt: 9000,
    results,
    shares: [
      { stream: "Account", worker: "one", tasks: 2, rows: 30, lost: 0, from: at(1), to: at(4) },
      { stream: "Account", worker: "two", tasks: 1, rows: 20, lost: 1, from: at(2), to: at(8) }
    ]
  })

describe("the report of a run that several workers did", () => {
  it("adds up what they read, and tells how long the stream took from its first task to its last", () => {
    const report = merged(read(0), read(30), read(20), read(0, { inserted: 50, rows: 50 }))
    assert.deepInclude(report.streams[0], { read: 50, inserted: 50, apiCalls: 20, durationMs: 7000 })
    assert.deepInclude(report, { status: "ok", apiCalls: 24 })
    assert.deepStrictEqual(report.workers, [
      { worker: "one", tasks: 2, rows: 30, lost: 0 },
      { worker: "two", tasks: 1, rows: 20, lost: 1 }
    ])
  })

  it("is well when a part failed and a later task read it", () => {
    const failed = read(10, { status: "failed" })
    assert.strictEqual(merged(read(0), failed, read(20)).status, "ok")
  })

  it("is not well when the last task of a stream could not be begun", () => {
    const report = merged(read(0), read(30), failedResult(streamTask, RunnerError.internal("no room")))
    assert.strictEqual(report.status, "failed")
    assert.strictEqual(report.streams[0]?.error?.code, "INTERNAL")
  })

  it("has failed as a whole when it could not be begun", () => {
    const beginning: Task = { run, what: { kind: "begin" } }
    const report = merged(failedResult(beginning, RunnerError.internal("no login")))
    assert.deepInclude(report, { status: "failed", streams: [] })
  })
})
