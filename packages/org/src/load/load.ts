/**
 * Loading a CSV file into an object: what is asked, what is planned, how far it is and what came of it.
 *
 * `prepare` looks at the file and the object and sends nothing. `start` sends; it is remembered in a state file,
 * so that `resume` can go on after any end without writing a row twice.
 */
import type { Effect } from "effect"
import type { OrgFailure } from "../org-error.ts"
import type { ScannedFile } from "./csv-scan.ts"

export type LoadOperation = "insert" | "update" | "upsert" | "delete"
/** Bulk API 2.0 jobs, or calls of 200 records. */
export type LoadApi = "bulk" | "collections"

export interface LoadRequest {
  readonly file: string
  readonly object: string
  readonly operation: LoadOperation
  /** The field by which an upsert finds its record; Id when absent. */
  readonly externalId?: string
  /** The file's column → the field to write; an empty field leaves the column out. */
  readonly map?: Readonly<Record<string, string>>
  /** By size when absent. */
  readonly api?: LoadApi
  /** Load a file whose earlier load is not finished once more from its beginning. */
  readonly again?: boolean
}

export interface LoadPlan {
  readonly request: LoadRequest
  readonly object: string
  readonly api: LoadApi
  readonly rows: number
  readonly bytes: number
  /** The columns in the file's order; `field` is null for one that is left out. */
  readonly columns: ReadonlyArray<{ readonly column: string; readonly field: string | null }>
  /** One job each, or one call each. */
  readonly parts: number
  /** The upsert's key as the object spells it. */
  readonly externalId: string | null
  readonly warnings: ReadonlyArray<string>
  /** What `start` sends. */
  readonly scanned: ScannedFile
}

type LoadPhase = "uploading" | "processing" | "fetching results" | "done"

export interface LoadProgress {
  /** What `resume` takes. */
  readonly id: string
  readonly phase: LoadPhase
  readonly rows: number
  readonly bytesSent: number
  readonly bytes: number
  readonly processed: number
  readonly failed: number
}

export interface LoadStatus {
  readonly id: string
  readonly file: string
  readonly object: string
  readonly operation: LoadOperation
  readonly api: LoadApi
  readonly startedAt: string
  readonly finishedAt: string | null
  readonly rows: number
  readonly processed: number
  readonly failed: number
  /** Of Bulk jobs, in the order of the file. */
  readonly jobs: ReadonlyArray<{ readonly id: string; readonly state: string }>
}

export interface LoadReport extends LoadStatus {
  readonly succeeded: number
  /** Rows that Salesforce has not touched, e.g. of a job that failed as a whole. */
  readonly unprocessed: number
  /** Why rows were not written, the commonest first; of the first ten thousand of them. */
  readonly reasons: ReadonlyArray<{ readonly reason: string; readonly rows: number }>
  /** The rows that were written, with their Ids; null when there are none. */
  readonly successFile: string | null
  /** The rows that were not, with the reason; null when there are none. */
  readonly failureFile: string | null
  readonly warnings: ReadonlyArray<string>
}

export interface LoadOptions {
  readonly onProgress?: (progress: LoadProgress) => void
}

export interface Loads {
  readonly prepare: (request: LoadRequest) => Effect.Effect<LoadPlan, OrgFailure>
  readonly start: (plan: LoadPlan, options?: LoadOptions) => Effect.Effect<LoadReport, OrgFailure>
  /** By the load's own id or by the id of one of its jobs. */
  readonly resume: (id: string, options?: LoadOptions) => Effect.Effect<LoadReport, OrgFailure>
  readonly status: (id: string) => Effect.Effect<LoadStatus, OrgFailure>
  readonly list: Effect.Effect<ReadonlyArray<LoadStatus>, OrgFailure>
}
