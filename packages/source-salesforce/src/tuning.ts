/** The sizes that decide how rows travel, and why they are what they are. */
import type { SalesforceSource } from "@decant/connector"

export interface Tuning {
  /**
   * Rows to a result page where we may say: some 25 MB of text, seconds to load and cheap to fetch again.
   * Results of more rows than this are fetched by several pages at a time.
   */
  readonly pageRows: number
  /** A page lies on disk in pieces of so many bytes: one thread reads one of them, and there may be one page only. */
  readonly pieceBytes: number
  /** A page that takes longer is followed by smaller ones: less to fetch again when the connection breaks. */
  readonly pageMillis: number
  /**
   * An increment of more rows goes by Bulk. Five REST pages of 2,000 rows: about what a Bulk job costs in
   * calls (made, polled, fetched), and quicker than its start.
   */
  readonly mostRowsByRest: number
  /** As many may come by REST when the org has no Bulk job left for the day: 25 pages. */
  readonly mostRowsWithoutBulk: number
  /** An object of so many rows is read whole by several Bulk jobs, each over a range of Ids: cutting it costs calls. */
  readonly partedFrom: number
  /** About how many rows such a range has: ten pages, so that a job that is lost is no great loss. */
  readonly rowsPerPart: number
  readonly mostParts: number
  /** Of one object: Salesforce runs more jobs one after the other. */
  readonly jobsAtOnce: number
  /** Pages on their way at one time in the whole org: Salesforce slows more of them down. */
  readonly downloadsPerOrg: number
  /** The same of a Developer Edition, where five long calls are all that may run. */
  readonly downloadsPerDeveloperOrg: number
  /** How long a full spool disk is waited for before the stream ends as paused. */
  readonly spoolPatienceMillis: number
  /** A proof compares all values of tables of so many rows: some 100 MB of text. */
  readonly allValuesUpTo: number
  /** What a proof compares at one time: rows with all values, or with their stamps only. */
  readonly valuesPerRange: number
  readonly stampsPerRange: number
}

/** With what the spec says of parts. */
export const tunedBy = (sizes: Tuning, parts: SalesforceSource["parts"]): Tuning => {
  if (parts === undefined) return sizes
  if (parts === "off") return { ...sizes, partedFrom: Number.POSITIVE_INFINITY }
  return {
    ...sizes,
    partedFrom: parts.from ?? sizes.partedFrom,
    rowsPerPart: parts.rows ?? sizes.rowsPerPart,
    jobsAtOnce: parts.jobs ?? sizes.jobsAtOnce
  }
}

/** What it takes to find out where a part begins: 3.5 to 4 calls where Ids lie unevenly or evenly. */
export const CALLS_PER_CUT = 4

/** How many parts the whole of an object of so many rows is read in. */
export const partsFor = (rows: number, { partedFrom, rowsPerPart, mostParts }: Tuning): number =>
  rows < partedFrom ? 1 : Math.min(mostParts, Math.ceil(rows / rowsPerPart))

export const tuning: Tuning = {
  pageRows: 100_000,
  pieceBytes: 8 * 1024 * 1024,
  pageMillis: 15_000,
  mostRowsByRest: 10_000,
  mostRowsWithoutBulk: 50_000,
  partedFrom: 2_000_000,
  rowsPerPart: 1_000_000,
  mostParts: 32,
  jobsAtOnce: 4,
  downloadsPerOrg: 4,
  downloadsPerDeveloperOrg: 2,
  spoolPatienceMillis: 300_000,
  allValuesUpTo: 200_000,
  valuesPerRange: 1_000_000,
  stampsPerRange: 5_000_000
}
