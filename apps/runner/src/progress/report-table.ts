/** The closing words of a sync: a table of what each stream did, what went wrong, and one sentence. */
import type { RunReport, StreamReport } from "@decant/connector"
import { count, counted } from "../terminal/numbers.ts"
import type { Surface } from "../terminal/screen.ts"
import { type Cell, type TableColumn, textTable } from "../terminal/text-table.ts"
import { changesText } from "./end-line.ts"

const columns: ReadonlyArray<TableColumn> = [
  { name: "stream", align: "left" },
  { name: "status", align: "left" },
  { name: "mode", align: "left", spare: 4 },
  { name: "by", align: "left", spare: 1 },
  { name: "rows", align: "right" },
  { name: "inserted", align: "right" },
  { name: "updated", align: "right" },
  { name: "deleted", align: "right" },
  { name: "seconds", align: "right", spare: 3 },
  { name: "calls", align: "right", spare: 2 }
]

const seconds = (millis: number): string => (millis / 1000).toFixed(1)

const row = (stream: StreamReport): ReadonlyArray<Cell> => [
  stream.stream,
  stream.status,
  stream.mode ?? "",
  stream.api ?? "",
  count(stream.rows),
  count(stream.inserted),
  count(stream.updated),
  count(stream.deleted),
  seconds(stream.durationMs),
  count(stream.apiCalls)
]

const sum = (report: RunReport, key: "rows" | "inserted" | "updated" | "deleted"): number =>
  report.streams.reduce((total, stream) => total + stream[key], 0)

const wallSeconds = (report: RunReport): string =>
  seconds(Date.parse(report.finishedAt) - Date.parse(report.startedAt))

/** Where all went well, no line need say so. */
const withoutStatus = <A>(cells: ReadonlyArray<A>, report: RunReport): ReadonlyArray<A> =>
  report.streams.every(({ status }) => status === "ok")
    ? cells.filter((_, index) => columns[index]?.name !== "status")
    : cells

export const reportTable = (report: RunReport, surface: Surface): string => {
  const shown = <A>(cells: ReadonlyArray<A>) => withoutStatus(cells, report)
  return textTable({
    columns: shown(columns),
    rows: report.streams.map((stream) => shown(row(stream))),
    footer: shown([
      "total",
      "",
      "",
      "",
      count(sum(report, "rows")),
      count(sum(report, "inserted")),
      count(sum(report, "updated")),
      count(sum(report, "deleted")),
      wallSeconds(report),
      count(report.apiCalls)
    ]),
    surface
  })
}

/** Who did how much, where several workers shared the run. */
export const workersTable = (workers: NonNullable<RunReport["workers"]>, surface: Surface): string =>
  textTable({
    columns: [
      { name: "worker", align: "left" },
      { name: "tasks", align: "right" },
      { name: "rows read", align: "right" },
      { name: "lost to others", align: "right" }
    ],
    rows: workers.map(({ worker, tasks, rows, lost }) => [worker, count(tasks), count(rows), count(lost)]),
    surface
  })

/** What stopped single streams, each with what to do. */
export const failureLines = (report: RunReport, surface: Surface): ReadonlyArray<string> =>
  report.streams.flatMap(({ stream, error }) =>
    error === null
      ? []
      : [`${surface.paint("red", stream)}: ${error.message}`, `  Fix: ${error.fix} (${error.docs})`]
  )

/** What a person should know although all went well. */
export const warningLines = (report: RunReport, surface: Surface): ReadonlyArray<string> =>
  report.streams.flatMap(({ stream, warnings, schemaChanges }) => [
    ...warnings.map((warning) => `${surface.paint("yellow", stream)}: ${warning}`),
    ...schemaChanges.map((change) => `${stream}: ${change}`)
  ])

const upTo = (report: RunReport): string => {
  const cursors = report.streams.flatMap((stream) => (stream.cursor.to === null ? [] : [stream.cursor.to]))
  const earliest = cursors.sort()[0]
  return earliest === undefined ? "" : `, as of ${earliest.slice(0, 19).replace("T", " ")} UTC`
}

const pausedFor = ({ streams }: RunReport): string =>
  streams.some(({ error }) => error?.code === "SPOOL_FULL") ? "room on the disk" : "the API budget"

export const closingSentence = (
  report: RunReport,
  of: { readonly location: string; readonly again: string }
): string => {
  const totals = {
    inserted: sum(report, "inserted"),
    updated: sum(report, "updated"),
    deleted: sum(report, "deleted")
  }
  const failed = report.streams.filter((stream) => stream.status === "failed").length
  switch (report.status) {
    case "ok":
      return sum(report, "rows") === 0
        ? `Nothing changed: ${of.location} is up to date${upTo(report)}.`
        : `${changesText(totals)} in ${of.location}${upTo(report)}.`
    case "partial":
      return `${counted(failed, "stream")} failed, the others are committed to ${of.location}. \`${of.again}\` goes on with what is missing.`
    case "failed":
      return `No stream could be synced; ${of.location} holds what it held before.`
    case "paused":
      return `Paused for ${pausedFor(report)}; what was read is committed. \`${of.again}\` goes on from there.`
    case "interrupted":
      return `Interrupted; what was committed is kept${sum(report, "rows") === 0 ? "" : ` (${changesText(totals)})`}. \`${of.again}\` goes on from there.`
  }
}
