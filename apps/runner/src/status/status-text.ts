/** The status of a copy as people read it: how fresh each stream is, the last runs, what changed in the org. */
import { asTyped } from "../commands/as-typed.ts"
import { count } from "../terminal/numbers.ts"
import type { Surface } from "../terminal/screen.ts"
import { type Cell, textTable } from "../terminal/text-table.ts"
import type { CopyStatus, RunLine, StreamStatus } from "./copy-status.ts"

const steps = [
  { seconds: 86_400, unit: "d" },
  { seconds: 3_600, unit: "h" },
  { seconds: 60, unit: "min" }
]

/** `3 d`, `5 h`, `12 min`, `40 s` */
const age = (seconds: number): string => {
  const step = steps.find((one) => seconds >= 2 * one.seconds)
  return step === undefined ? `${seconds} s` : `${Math.floor(seconds / step.seconds)} ${step.unit}`
}

const minute = (instant: string): string => instant.slice(0, 16).replace("T", " ")

const stateOf = ({ phase, unfinished, lastError }: StreamStatus): string => {
  if (lastError !== null) return `failed: ${lastError.code}`
  if (unfinished === null) return phase === "incremental" ? "up to date" : phase
  const { committed, expected } = unfinished
  const pieces = expected === null || expected === 0 ? "" : `, ${committed} of ${expected} pieces`
  return `${phase} not finished${pieces}`
}

const streamRow = (stream: StreamStatus, surface: Surface): ReadonlyArray<Cell> => [
  stream.stream,
  count(stream.rows),
  stream.cursor === null ? null : minute(stream.cursor),
  stream.ageSeconds === null ? null : age(stream.ageSeconds),
  stream.lastError === null ? stateOf(stream) : surface.paint("red", stateOf(stream))
]

const runRow = (run: RunLine, surface: Surface): ReadonlyArray<Cell> => [
  minute(run.startedAt),
  run.status === "ok" ? run.status : surface.paint(run.status === "failed" ? "red" : "yellow", run.status),
  count(run.rows),
  ((Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000).toFixed(1),
  count(run.apiCalls)
]

export const statusText = (status: CopyStatus, surface: Surface): string => {
  if (status.orgId === null)
    return `${status.name}: nothing has been synced to ${asTyped(status.location)} yet.`
  const streams = textTable({
    columns: [
      { name: "stream", align: "left" },
      { name: "rows", align: "right" },
      { name: "as of (UTC)", align: "left" },
      { name: "age", align: "right" },
      { name: "state", align: "left" }
    ],
    rows: status.streams.map((stream) => streamRow(stream, surface)),
    surface
  })
  const runs = textTable({
    columns: [
      { name: "last runs (UTC)", align: "left" },
      { name: "status", align: "left" },
      { name: "rows", align: "right" },
      { name: "seconds", align: "right" },
      { name: "API calls", align: "right" }
    ],
    rows: status.runs.map((run) => runRow(run, surface)),
    surface
  })
  const fixes = status.streams.flatMap(({ stream, lastError }) =>
    lastError === null
      ? []
      : [`${surface.paint("red", stream)}: ${lastError.message}`, `  Fix: ${lastError.fix}`]
  )
  const drift = status.drift.map(({ at, stream, change }) => `${minute(at)}  ${stream}: ${change}`)
  return [
    `${status.name}: ${asTyped(status.location)}, the copy of org ${status.orgId}`,
    streams,
    ...(fixes.length === 0 ? [] : [fixes.join("\n")]),
    ...(status.runs.length === 0 ? [] : [runs]),
    ...(drift.length === 0 ? [] : [`Changes of the schema\n${drift.join("\n")}`])
  ].join("\n\n")
}
