/** `decant plan` and `decant sync --dry-run`: what the next sync would do and about what it would cost. */
import {
  type Forecast,
  failureReport,
  type ReadyStream,
  type StreamForecast,
  type StreamPlan,
  type Work
} from "@decant/connector"
import { Effect } from "effect"
import { exitCode } from "../exit-code.ts"
import { dryRun, type RunRequest } from "../sync/run-sync.ts"
import { count, counted } from "../terminal/numbers.ts"
import { type Cell, textTable } from "../terminal/text-table.ts"

const windowOf = (plan: StreamPlan): { readonly from: string | null; readonly to: string | null } => {
  const works = plan.status === "ready" ? plan.checkpoint.work : []
  // Of a window that is read in parts, the item after them has all of it.
  const work = works.find(({ kind }) => kind === "deletes") ?? works.find((item) => item.window)
  return { from: work?.window?.from ?? null, to: work?.window?.to ?? null }
}

/** Columns that are read again of all rows: new ones, and those that change without a stamp. */
const refilled = (plan: ReadyStream, kind: Work["kind"]): ReadonlyArray<string> =>
  plan.checkpoint.work.flatMap((work) => (work.kind === kind ? (work.columns ?? []) : []))

const comparesIds = (plan: ReadyStream): boolean => plan.checkpoint.work.some(({ kind }) => kind === "ids")

type Forecasts = ReadonlyMap<string, StreamForecast>

const jsonOf = (plan: StreamPlan, forecasts: Forecasts): unknown => {
  switch (plan.status) {
    case "ready": {
      const { api = null, rows = null, apiCalls = null } = forecasts.get(plan.stream) ?? {}
      return {
        stream: plan.stream,
        status: plan.status,
        mode: plan.mode,
        resumes: plan.resumes,
        window: windowOf(plan),
        table: plan.schema.table,
        api,
        rows,
        apiCalls,
        backfills: refilled(plan, "fields"),
        refreshes: refilled(plan, "formulas"),
        comparesIds: comparesIds(plan),
        columns: plan.schema.columns.map((column) => column.name),
        warnings: plan.warnings
      }
    }
    case "skipped":
      return { stream: plan.stream, status: plan.status, reason: plan.reason }
    case "failed":
      return { stream: plan.stream, status: plan.status, error: failureReport(plan.failure) }
  }
}

const readsText = (plan: ReadyStream): string => {
  const { from } = windowOf(plan)
  return plan.mode === "incremental" && from !== null ? `changed since ${from}` : "all rows"
}

const notesOf = (plan: ReadyStream): string => {
  const [filled, silent] = [refilled(plan, "fields"), refilled(plan, "formulas")]
  return [
    plan.resumes ? "goes on with the job of an earlier run" : "",
    filled.length === 0 ? "" : `back-fills ${filled.join(", ")}`,
    silent.length === 0 ? "" : `${silent.join(", ")} of all rows: they change without a stamp`,
    comparesIds(plan) ? "compares all Ids" : "",
    ...plan.warnings
  ]
    .filter((note) => note !== "")
    .join("; ")
}

const rowOf = (plan: StreamPlan, forecasts: Forecasts): ReadonlyArray<Cell> => {
  if (plan.status !== "ready") {
    const why = plan.status === "skipped" ? plan.reason : `${plan.failure.message} ${plan.failure.fix}`
    return [plan.stream, plan.status, "", "", null, null, null, why]
  }
  const forecast = forecasts.get(plan.stream)
  const rows = forecast?.rows ?? null
  return [
    plan.stream,
    plan.mode,
    readsText(plan),
    forecast?.api ?? "",
    rows === null ? null : count(rows),
    count(plan.schema.columns.length),
    forecast === undefined ? null : count(forecast.apiCalls),
    notesOf(plan)
  ]
}

const left = (...names: ReadonlyArray<string>) => names.map((name) => ({ name, align: "left" as const }))
const right = (...names: ReadonlyArray<string>) => names.map((name) => ({ name, align: "right" as const }))

const callsOf = ({ streams, sharedCalls }: Forecast): number =>
  streams.reduce((sum, { apiCalls }) => sum + apiCalls, sharedCalls)

/** `About 31 API calls. The org has used 1,204 of 100,000 in 24 hours; 22,796 are left to this spec.` */
const costText = (forecast: Forecast): string => {
  const { budget } = forecast
  const calls = callsOf(forecast)
  const about = `About ${counted(calls, "API call")}.`
  if (budget === null) return about
  const used = `The org has used ${count(budget.used)} of ${count(budget.max)} in 24 hours; ${count(budget.left)} are left to this spec.`
  return calls > budget.left
    ? `${about} ${used} The run will pause at its budget and go on in a later one: raise \`apiBudget\` or sync fewer streams.`
    : `${about} ${used}`
}

export const showPlan = Effect.fnUntraced(function* (request: RunRequest) {
  const { screen } = request
  const { plans, source } = yield* dryRun(request)
  const forecast = yield* source.forecast(plans.filter((plan) => plan.status === "ready"))
  const forecasts: Forecasts = new Map(forecast.streams.map((stream) => [stream.stream, stream]))
  const failed = plans.filter((plan) => plan.status === "failed").length
  if (failed > 0) process.exitCode = failed === plans.length ? exitCode.failed : exitCode.partial
  if (screen.json) {
    const cost = { apiCalls: callsOf(forecast), budget: forecast.budget }
    return yield* screen.answer(JSON.stringify({ plan: plans.map((plan) => jsonOf(plan, forecasts)), cost }))
  }
  const table = textTable({
    columns: [
      ...left("stream", "mode", "reads", "by"),
      ...right("rows", "columns", "calls"),
      ...left("notes")
    ],
    rows: plans.map((plan) => rowOf(plan, forecasts)),
    surface: screen.out
  })
  yield* screen.answer(`${table}\n\n${costText(forecast)}\nNothing was changed: this was a dry run.`)
}, Effect.scoped)
