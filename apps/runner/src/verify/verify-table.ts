/** A verification for people: what it will cost, a table of the streams, the rows that differ, one sentence. */
import { count, counted } from "../terminal/numbers.ts"
import type { Surface } from "../terminal/screen.ts"
import { type TableColumn, textTable } from "../terminal/text-table.ts"
import { wrapped } from "../terminal/wrap.ts"
import type { PreparedProof } from "./run-verify.ts"
import type { ReportedRow, VerifiedStream, VerifyReport } from "./verify-report.ts"
import { differencesOf } from "./verify-report.ts"

const day = (instant: string): string => `${instant.slice(0, 19).replace("T", " ")} UTC`

const callsOf = ({ of, countsOnly }: PreparedProof): number => (countsOnly ? 2 : of.proof.apiCalls)

const coverageOf = ({ of: { proof, stored }, countsOnly }: PreparedProof): string => {
  if (countsOnly) return "counted only"
  const values =
    proof.coverage === "all values"
      ? "every value"
      : `every Id and stamp, all values of ${count(proof.values)}`
  const upTo = stored.cursor === null ? "as it was read" : `up to ${day(stored.cursor)}`
  return `${values}, ${upTo}`
}

/** Before anything of it is spent. */
export const coverageLines = (
  prepared: ReadonlyArray<PreparedProof>,
  spent: number
): ReadonlyArray<string> => {
  if (prepared.length === 0) return []
  const calls = prepared.reduce((sum, proof) => sum + callsOf(proof), spent)
  return [
    `About ${counted(calls, "API call")}, ${count(spent)} of them made, and a few more where something differs:`,
    ...prepared.map(
      (proof) =>
        `  ${proof.of.plan.stream}: ${counted(proof.of.proof.rows, "row")}, ${coverageOf(proof)}; about ${counted(callsOf(proof), "call")}`
    )
  ]
}

const columns: ReadonlyArray<TableColumn> = [
  { name: "stream", align: "left" },
  { name: "compared", align: "right" },
  { name: "missing", align: "right" },
  { name: "extra", align: "right" },
  { name: "doubled", align: "right" },
  { name: "version", align: "right" },
  { name: "values", align: "right" },
  { name: "calls", align: "right", spare: 1 },
  { name: "verdict", align: "left" }
]

const differ = (rows: number): string => `${count(rows)} ${rows === 1 ? "differs" : "differ"}`

const verdictOf = (stream: VerifiedStream): string => {
  if (stream.status === "failed" || stream.status === "skipped") return stream.status
  const left = differencesOf(stream)
  if (left > 0) return stream.mended > 0 ? `${differ(left)}, ${count(stream.mended)} mended` : differ(left)
  return stream.mended > 0 ? `${count(stream.mended)} mended` : "same"
}

const streamTable = (report: VerifyReport, surface: Surface): string =>
  textTable({
    columns,
    rows: report.streams.map((stream) => [
      stream.stream,
      count(stream.compared),
      count(stream.missing),
      count(stream.extra),
      count(stream.doubled),
      count(stream.stamp),
      count(stream.values),
      count(stream.apiCalls),
      verdictOf(stream)
    ]),
    surface
  })

const what = (row: ReportedRow): string => {
  const at = (instant: string | null): string => (instant === null ? "none" : day(instant))
  switch (row.kind) {
    case "missing":
      return `missing; in Salesforce as of ${at(row.actual)}`
    case "extra":
      return `too many; in the copy as of ${at(row.stored)}`
    case "doubled":
      return "stands more than once"
    case "stamp":
      return `version ${at(row.stored)}; in Salesforce ${at(row.actual)}`
    case "values":
      return `other values: ${row.columns.join(", ")}`
  }
}

const rowLines = (report: VerifyReport, surface: Surface): ReadonlyArray<string> =>
  report.streams.flatMap(({ stream, rows }) =>
    rows.map((row) => {
      const mark = row.mended ? surface.paint("green", "mended") : surface.paint("red", row.kind)
      return `${mark} ${stream} ${row.id}: ${what(row)}\n  Cause: ${row.cause}.${row.mended ? "" : `\n  Fix: ${row.fix}.`}`
    })
  )

export const noteLines = (report: VerifyReport, surface: Surface): ReadonlyArray<string> =>
  report.streams.flatMap(({ stream, notes, error }) => [
    ...(error === null
      ? []
      : [`${surface.paint("red", stream)}: ${error.message}`, `  Fix: ${error.fix} (${error.docs})`]),
    ...notes.map((note) => `${surface.paint("yellow", stream)}: ${note}`)
  ])

const closing = (report: VerifyReport, location: string): string => {
  const sum = (value: (stream: VerifiedStream) => number): number =>
    report.streams.reduce((total, stream) => total + value(stream), 0)
  const proved = report.streams.filter(({ status }) => status === "same" || status === "different")
  const left = sum(differencesOf)
  const mended = sum((stream) => stream.mended)
  const seconds = ((Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000).toFixed(1)
  const cost = `${counted(report.apiCalls, "API call")}, ${seconds} s`
  const repaired = mended === 0 ? "" : `${counted(mended, "row")} mended; `
  const blind = report.quick ? " Counts cannot see a wrong value, nor a missing row beside one too many." : ""
  if (left > 0) return `${repaired}${counted(left, "difference")} in ${location} (${cost}).${blind}`
  if (proved.length === 0) return `Nothing could be compared (${cost}).`
  const rest = report.status === "failed" ? " Streams that failed were not compared." : ""
  const rows = counted(
    sum((stream) => stream.compared),
    "row"
  )
  const values = sum((stream) => stream.valuesCompared)
  const every =
    values === sum((stream) => stream.compared) ? "every value of them" : `all values of ${count(values)}`
  return report.quick
    ? `The counts agree: ${rows} in ${location} (${cost}).${blind}${rest}`
    : `${repaired}${location} holds what Salesforce held: ${rows} compared, ${every} (${cost}).${rest}`
}

export const verifyText = (report: VerifyReport, location: string, surface: Surface): string =>
  [
    `\n${streamTable(report, surface)}\n`,
    ...rowLines(report, surface).map((line) => `${wrapped(line, surface)}\n`),
    wrapped(closing(report, location), surface)
  ].join("\n")
