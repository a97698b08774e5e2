/** A back-fill's result as a table: medians with their spread, and each one's ratio to its floor, run by run. */

import type { Contest } from "./contests.ts"
import { showSpread, spread, table } from "./statistics.ts"
import type { BackfillResult } from "./suites/backfill.ts"

/** Wall time over the floor's of the same round. */
const ratiosToFloor = (result: BackfillResult, contest: Contest): ReadonlyArray<number> => {
  const floor = result.contests.find(
    ({ contender }) => contender.role === "floor" && contender.destination === contest.contender.destination
  )
  return contest.runs.map((run, round) => run.wall / (floor?.runs[round]?.wall ?? Number.NaN))
}

const line = (result: BackfillResult, contest: Contest): ReadonlyArray<string> => {
  const wall = spread(contest.runs.map((run) => run.wall))
  return [
    contest.contender.name,
    showSpread(wall, 2),
    Math.round(result.rows / wall.median).toLocaleString("en"),
    contest.contender.role === "floor" ? "1" : showSpread(spread(ratiosToFloor(result, contest)), 2),
    showSpread(spread(contest.runs.map((run) => run.cpu)), 2),
    spread(contest.orgCpu).median.toFixed(1),
    contest.contender.destination === "postgres" ? spread(contest.serverCpu).median.toFixed(1) : "–",
    showSpread(spread(contest.runs.map((run) => run.peakMb)), 0)
  ]
}

export const showBackfill = (result: BackfillResult): string => {
  const order = ["duckdb", "parquet", "postgres"]
  const contests = [...result.contests].sort(
    (a, b) => order.indexOf(a.contender.destination) - order.indexOf(b.contender.destination)
  )
  const rounds = contests[0]?.runs.length ?? 0
  return [
    `${result.shape}: ${result.columns} columns, ${result.pages} gzip'd pages of ${(result.pageBytes / 1e6).toFixed(0)} MB in all; ` +
      `${rounds} interleaved rounds, median (min–max), whole processes from start to exit`,
    "",
    table([
      ["", "seconds", "rows/s", "× floor", "CPU s", "org CPU s", "server CPU s", "peak MB"],
      ...contests.map((contest) => line(result, contest))
    ]),
    ...result.failures.map(({ name, reason }) => `${name} did not bring the rows: ${reason}`)
  ].join("\n")
}
