/** `decant sync --dry-run`: what the next sync would do. */
import { failureReport, type ReadyStream, type StreamPlan, type Work } from "@decant/connector"
import { Effect } from "effect"
import { exitCode } from "../exit-code.ts"
import { dryRun, type RunRequest } from "../sync/run-sync.ts"
import { counted } from "../terminal/numbers.ts"
import { type Cell, textTable } from "../terminal/text-table.ts"

const windowOf = (plan: StreamPlan): { readonly from: string | null; readonly to: string | null } => {
  const work = plan.status === "ready" ? plan.checkpoint.work.find((item) => item.window) : undefined
  return { from: work?.window?.from ?? null, to: work?.window?.to ?? null }
}

/** Columns that are read again of all rows: new ones, and those that change without a stamp. */
const refilled = (plan: ReadyStream, kind: Work["kind"]): ReadonlyArray<string> =>
  plan.checkpoint.work.flatMap((work) => (work.kind === kind ? (work.columns ?? []) : []))

/** A query by REST is one call; a Bulk job is made, watched, listed and fetched. */
const callsAtLeast = (plan: ReadyStream): number =>
  plan.checkpoint.work.length + (plan.mode === "incremental" && !plan.resumes ? 0 : 2)

const jsonOf = (plan: StreamPlan): unknown => {
  switch (plan.status) {
    case "ready":
      return {
        stream: plan.stream,
        status: plan.status,
        mode: plan.mode,
        resumes: plan.resumes,
        window: windowOf(plan),
        table: plan.schema.table,
        backfills: refilled(plan, "fields"),
        refreshes: refilled(plan, "formulas"),
        rereads: plan.checkpoint.work.some(({ kind }) => kind === "ids"),
        apiCallsAtLeast: callsAtLeast(plan),
        columns: plan.schema.columns.map((column) => column.name),
        warnings: plan.warnings
      }
    case "skipped":
      return { stream: plan.stream, status: plan.status, reason: plan.reason }
    case "failed":
      return { stream: plan.stream, status: plan.status, error: failureReport(plan.failure) }
  }
}

const rowOf = (plan: StreamPlan): ReadonlyArray<Cell> => {
  if (plan.status !== "ready") {
    const why = plan.status === "skipped" ? plan.reason : `${plan.failure.message} ${plan.failure.fix}`
    return [plan.stream, plan.status, "", "", why]
  }
  const { from } = windowOf(plan)
  const notes = [
    plan.resumes ? "goes on with the job of an earlier run" : "",
    counted(plan.schema.columns.length, "column"),
    `at least ${counted(callsAtLeast(plan), "API call")}`,
    refilled(plan, "formulas").length > 0
      ? `${refilled(plan, "formulas").join(", ")} of all rows: they change without a stamp`
      : "",
    ...plan.warnings
  ]
  return [
    plan.stream,
    plan.mode,
    plan.schema.table,
    plan.mode === "incremental" && from !== null ? `changed since ${from}` : "all rows",
    notes.filter((note) => note !== "").join("; ")
  ]
}

export const showPlan = Effect.fnUntraced(function* (request: RunRequest) {
  const { screen } = request
  const { plans } = yield* dryRun(request)
  const failed = plans.filter((plan) => plan.status === "failed").length
  if (failed > 0) process.exitCode = failed === plans.length ? exitCode.failed : exitCode.partial
  if (screen.json) return yield* screen.answer(JSON.stringify({ plan: plans.map(jsonOf) }))
  const table = textTable({
    columns: ["stream", "mode", "table", "reads", "notes"].map((name) => ({ name, align: "left" })),
    rows: plans.map(rowOf),
    surface: screen.out
  })
  yield* screen.answer(`${table}\n\nNothing was changed: this was a dry run.`)
}, Effect.scoped)
