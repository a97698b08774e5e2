/** `decant load` itself. */
import { join } from "node:path"
import type { LoadOptions, LoadPlan, LoadReport, LoadRequest, LoadStatus } from "@decant/org"
import { Effect } from "effect"
import { exitCode } from "../exit-code.ts"
import { byteSize, count, counted } from "../terminal/numbers.ts"
import type { Screen } from "../terminal/screen.ts"
import { printable, textTable } from "../terminal/text-table.ts"
import { deletesUnasked, mayGoOn } from "./ask.ts"
import { copyToCsv } from "./copy-rows.ts"
import { showLoad } from "./load-progress.ts"
import { type OpenedOrg, type OrgCommand, withOrg } from "./open-spec-org.ts"

interface LoadFile extends OrgCommand {
  readonly request: Omit<LoadRequest, "file">
  /** A file, or a query over the copy. */
  readonly rows: { readonly file: string } | { readonly sql: string; readonly clearsNulls: boolean }
  readonly dryRun: boolean
  readonly yes: boolean
}

const exitCodeOf = ({ succeeded, failed, unprocessed }: LoadReport): number => {
  if (failed + unprocessed === 0) return exitCode.done
  return succeeded > 0 ? exitCode.partial : exitCode.failed
}

const showReport = Effect.fnUntraced(function* (screen: Screen, report: LoadReport) {
  for (const warning of report.warnings) yield* screen.note(`Warning: ${warning}`)
  process.exitCode = exitCodeOf(report)
  if (screen.json) return yield* screen.answer(JSON.stringify(report))
  const notDone = report.failed + report.unprocessed
  const lines = [
    `${report.object}: ${count(report.succeeded)} of ${counted(report.rows, "row")} written (${report.operation}).`,
    ...(report.successFile === null ? [] : [`  with their Ids: ${report.successFile}`]),
    ...(notDone === 0
      ? []
      : [`${counted(notDone, "row")} not written, with the reasons: ${report.failureFile}`]),
    ...report.reasons.map(({ reason, rows }) => `  ${count(rows)} × ${printable(reason)}`),
    ...(notDone === 0
      ? []
      : ["Correct that file and load it the same way: its first two columns are left out by themselves."])
  ]
  yield* screen.answer(lines.join("\n"))
})

const planText = (plan: LoadPlan, screen: Screen): string => {
  const how =
    plan.api === "bulk"
      ? `${counted(plan.parts, "Bulk job")}`
      : `${counted(plan.parts, "call")} of up to 200 records`
  const columns = textTable({
    columns: ["column", "field"].map((name) => ({ name, align: "left" })),
    rows: plan.columns.map(({ column, field }) => [column, field ?? "(left out)"]),
    surface: screen.out
  })
  return `${columns}\n\n${counted(plan.rows, "row")} (${byteSize(plan.bytes)}) would go to ${plan.object} by ${plan.request.operation}: ${how}. Nothing was sent.`
}

const showPlan = Effect.fnUntraced(function* (screen: Screen, plan: LoadPlan) {
  for (const warning of plan.warnings) yield* screen.note(`Warning: ${warning}`)
  if (!screen.json) return yield* screen.answer(planText(plan, screen))
  const { scanned: _, request, ...shown } = plan
  yield* screen.answer(
    JSON.stringify({ dryRun: true, file: request.file, operation: request.operation, ...shown })
  )
})

/** Runs it in sight; when it ends early, says how to go on. */
const inSight = <E>(
  { screen, after }: OpenedOrg,
  run: (options: LoadOptions) => Effect.Effect<LoadReport, E>
) =>
  Effect.suspend(() => {
    const display = showLoad(screen)
    let begun = false
    const onProgress: LoadOptions["onProgress"] = (progress) => {
      begun = true
      after.fix = `The load is remembered: \`decant load --resume ${progress.id}\` goes on with it.`
      display.update(progress)
    }
    return run({ onProgress }).pipe(
      Effect.ensuring(Effect.sync(display.close)),
      Effect.tapError(() => (begun ? screen.complain(after.fix) : Effect.void))
    )
  })

const fileOf = Effect.fnUntraced(function* (of: LoadFile, { file, screen, stateFolder }: OpenedOrg) {
  if ("file" in of.rows) return of.rows.file
  const { sql, clearsNulls } = of.rows
  const path = yield* copyToCsv({ file, sql, clearsNulls, folder: join(stateFolder, "loads"), screen })
  yield* screen.note(`The rows of the query are in ${path}.`)
  return path
})

export const loadFile = (of: LoadFile) =>
  withOrg(of, (opened) =>
    Effect.gen(function* () {
      const { org, screen } = opened
      const plan = yield* org.loads.prepare({ ...of.request, file: yield* fileOf(of, opened) })
      if (of.dryRun) return yield* showPlan(screen, plan)
      const asks = plan.request.operation === "delete" && plan.rows > deletesUnasked
      const question = `Delete ${counted(plan.rows, "record")} of ${plan.object}?`
      if (asks && !(yield* mayGoOn(screen, question, of.yes))) {
        return yield* screen.note("Nothing was sent.")
      }
      yield* showReport(screen, yield* inSight(opened, (options) => org.loads.start(plan, options)))
    })
  )

export const resumeLoad = (of: OrgCommand & { readonly id: string }) =>
  withOrg(of, (opened) =>
    Effect.gen(function* () {
      const { org, screen } = opened
      yield* showReport(screen, yield* inSight(opened, (options) => org.loads.resume(of.id, options)))
    })
  )

const row = (load: LoadStatus): ReadonlyArray<string> => [
  load.id,
  load.object,
  load.operation,
  count(load.rows),
  count(load.processed),
  count(load.failed),
  load.finishedAt === null ? "not finished" : `finished ${load.finishedAt.slice(0, 16).replace("T", " ")}`,
  load.jobs.map(({ id }) => id).join(" ")
]

export const listLoads = (of: OrgCommand) =>
  withOrg(of, ({ org, screen }) =>
    Effect.gen(function* () {
      const loads = yield* org.loads.list
      if (screen.json) return yield* screen.answer(JSON.stringify({ loads }))
      if (loads.length === 0) return yield* screen.answer("No load was started with this spec.")
      const names = ["load", "object", "operation", "rows", "processed", "refused", "", "jobs"]
      const right = new Set(["rows", "processed", "refused"])
      yield* screen.answer(
        textTable({
          columns: names.map((name) => ({ name, align: right.has(name) ? "right" : "left" })),
          rows: loads.map(row),
          surface: screen.out
        })
      )
    })
  )
