/** The sizes that decide how rows travel, and why they are what they are. */

export interface Tuning {
  /**
   * Rows to a result page where we may say: some 25 MB of text, seconds to load and cheap to fetch again.
   * Results of more rows than this are fetched by several pages at a time.
   */
  readonly pageRows: number
  /**
   * An increment of more rows goes by Bulk. Five REST pages of 2,000 rows: about what a Bulk job costs in
   * calls (made, polled, fetched), and quicker than its start.
   */
  readonly mostRowsByRest: number
  /** Pages on their way at one time in the whole org: Salesforce slows more of them down. */
  readonly downloadsPerOrg: number
}

export const tuning: Tuning = { pageRows: 100_000, mostRowsByRest: 10_000, downloadsPerOrg: 4 }
