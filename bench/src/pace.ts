/** How far one process goes, in the words of docs/scaling.md, from the back-fill that the bench has measured. */
import { spread } from "./statistics.ts"
import type { BackfillResult } from "./suites/backfill.ts"

const large = 100_000_000

export const paceText = (cores: number, { rows, pageBytes, contests }: BackfillResult): string => {
  const pace = (destination: string): number => {
    const runs = contests.find(
      ({ contender }) => contender.role === "decant" && contender.destination === destination
    )?.runs
    return rows / spread((runs ?? []).map(({ wall }) => wall)).median
  }
  const shown = (perSecond: number): string => Math.round(perSecond).toLocaleString("en")
  const duckdb = pace("duckdb")
  const megabytes = (duckdb * pageBytes) / rows / 1e6
  return [
    `On ${cores} cores, which the org shares, one process loads ${rows.toLocaleString("en")} accounts at ${shown(duckdb)} rows/s into DuckDB,`,
    `${shown(pace("parquet"))} into Parquet and ${shown(pace("postgres"))} into Postgres ([Performance](performance.md)).`,
    `Into DuckDB these are ${megabytes.toFixed(0)} MB/s of gzip, so an object of ${large.toLocaleString("en")} such rows takes`,
    `${Math.ceil(large / duckdb / 60)} minutes at best, and memory does not grow with it.`
  ].join("\n")
}
