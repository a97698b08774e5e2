/** What the next sync would do, as pages show it. */
import type { Plan } from "@decant/api"
import { type Forecast, failureReport, type ReadyStream, type StreamPlan } from "@decant/connector"
import { Effect } from "effect"
import { callsOf, refilled, windowOf } from "../../commands/show-plan.ts"
import { runScreen } from "../../serve/run-screen.ts"
import type { SpecFile } from "../../spec-file.ts"
import { dryRun } from "../../sync/run-sync.ts"

type Planned = Plan["streams"][number]

const nothing = {
  mode: null,
  resumes: false,
  table: null,
  api: null,
  rows: null,
  apiCalls: null,
  columns: [],
  backfills: [],
  refreshes: [],
  warnings: [],
  reason: null,
  error: null
} as const

const planned = (plan: StreamPlan, { streams }: Forecast): Planned => {
  const head = { ...nothing, stream: plan.stream, status: plan.status, window: windowOf(plan) }
  if (plan.status === "skipped") return { ...head, reason: plan.reason }
  if (plan.status === "failed") return { ...head, error: failureReport(plan.failure) }
  const forecast = streams.find(({ stream }) => stream === plan.stream)
  return {
    ...head,
    mode: plan.mode,
    resumes: plan.resumes,
    table: plan.schema.table,
    api: forecast?.api ?? null,
    rows: forecast?.rows ?? null,
    apiCalls: forecast?.apiCalls ?? null,
    columns: plan.schema.columns.map(({ name }) => name),
    backfills: refilled(plan, "fields"),
    refreshes: refilled(plan, "formulas"),
    warnings: plan.warnings
  }
}

export const planOf = Effect.fnUntraced(function* (specFile: SpecFile) {
  const screen = runScreen(() => Effect.void)
  const { plans, source } = yield* dryRun({ specFile, screen, only: [], fullRefresh: [] })
  const forecast = yield* source.forecast(plans.filter((one): one is ReadyStream => one.status === "ready"))
  const plan: Plan = {
    streams: plans.map((one) => planned(one, forecast)),
    apiCalls: callsOf(forecast),
    budget: forecast.budget
  }
  return plan
}, Effect.scoped)
