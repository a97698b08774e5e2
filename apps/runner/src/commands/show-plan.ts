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
import { during } from "../progress/waiting-line.ts"
import { dryRun, type RunRequest } from "../sync/run-sync.ts"
import { count, counted } from "../terminal/numbers.ts"
import type { Surface } from "../terminal/screen.ts"
import { type Cell, type TableColumn, textTable } from "../terminal/text-table.ts"
import { wrapped } from "../terminal/wrap.ts"

export const windowOf = (plan: StreamPlan): { readonly from: string | null; readonly to: string | null } => {
  const works = plan.status === "ready" ? plan.checkpoint.work : []
  // Of a window that is read in parts, the item after them has all of it.
  const work = works.find(({ kind }) => kind === "deletes") ?? works.find((item) => item.window)
  return { from: work?.window?.from ?? null, to: work?.window?.to ?? null }
}

/** Columns that are read again of all rows: new ones, and those that change without a stamp. */
export const refilled = (plan: ReadyStream, kind: Work["kind"]): ReadonlyArray<string> =>
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
  return plan.mode === "incremental" && from !== null
    ? `changes since ${from.slice(0, 16).replace("T", " ")}`
    : "all rows"
}

/** A window in parts has an item for each that is left, and one more for what follows the rows. */
const resumedText = ({ resumes, checkpoint: { work } }: ReadyStream): string => {
  if (!resumes) return ""
  if (!work.some(({ kind }) => kind === "deletes")) return "goes on with the job of an earlier run"
  const left = work.filter(({ kind }) => kind === "rows").length
  return left === 0
    ? "goes on after the rows of an earlier run"
    : `goes on with an earlier run: ${counted(left, "part")} of its rows ${left === 1 ? "is" : "are"} left`
}

const notesOf = (plan: ReadyStream): string => {
  const [filled, silent] = [refilled(plan, "fields"), refilled(plan, "formulas")]
  return [
    resumedText(plan),
    filled.length === 0 ? "" : `back-fills ${filled.join(", ")}`,
    silent.length === 0 ? "" : `${silent.join(", ")} of all rows: they change without a stamp`,
    comparesIds(plan) ? "compares all Ids" : "",
    ...plan.warnings
  ]
    .filter((note) => note !== "")
    .join("; ")
}

const rowOf = (plan: StreamPlan, forecasts: Forecasts): ReadonlyArray<Cell> => {
  if (plan.status !== "ready") return [plan.stream, plan.status, "", "", "", "", ""]
  const forecast = forecasts.get(plan.stream)
  const rows = forecast?.rows ?? null
  return [
    plan.stream,
    plan.mode,
    readsText(plan),
    forecast?.api ?? "",
    rows === null ? null : count(rows),
    count(plan.schema.columns.length),
    forecast === undefined ? null : count(forecast.apiCalls)
  ]
}

const columns: ReadonlyArray<TableColumn> = [
  { name: "stream", align: "left" },
  { name: "mode", align: "left", spare: 3 },
  { name: "reads", align: "left" },
  { name: "by", align: "left", spare: 2 },
  { name: "rows", align: "right" },
  { name: "columns", align: "right", spare: 1 },
  { name: "calls", align: "right" }
]

/** What a line of the table has no room for. */
const noteOf = (plan: StreamPlan): string => {
  if (plan.status === "ready") return notesOf(plan)
  return plan.status === "skipped" ? plan.reason : `${plan.failure.message} ${plan.failure.fix}`
}

const noteLines = (plans: ReadonlyArray<StreamPlan>, surface: Surface): ReadonlyArray<string> =>
  plans.flatMap((plan) => {
    const note = noteOf(plan)
    const colour = plan.status === "failed" ? "red" : "yellow"
    return note === "" ? [] : [wrapped(`${surface.paint(colour, plan.stream)}: ${note}`, surface)]
  })

export const callsOf = ({ streams, sharedCalls }: Forecast): number =>
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
  const forecast = yield* source
    .forecast(plans.filter((plan) => plan.status === "ready"))
    .pipe(during(screen, "Counting the rows"))
  const forecasts: Forecasts = new Map(forecast.streams.map((stream) => [stream.stream, stream]))
  const failed = plans.filter((plan) => plan.status === "failed").length
  if (failed > 0) process.exitCode = failed === plans.length ? exitCode.failed : exitCode.partial
  if (screen.json) {
    const cost = { apiCalls: callsOf(forecast), budget: forecast.budget }
    return yield* screen.answer(JSON.stringify({ plan: plans.map((plan) => jsonOf(plan, forecasts)), cost }))
  }
  const { out } = screen
  const table = textTable({ columns, rows: plans.map((plan) => rowOf(plan, forecasts)), surface: out })
  const notes = noteLines(plans, out)
  yield* screen.answer(
    [
      table,
      "",
      ...(notes.length === 0 ? [] : [...notes, ""]),
      wrapped(costText(forecast), out),
      "Nothing was changed: this was a dry run."
    ].join("\n")
  )
}, Effect.scoped)
