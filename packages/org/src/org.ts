/**
 * What one can do with an org itself, as its user: ask, look things up, change records, and load many of them.
 * The commands and the MCP server work with this interface and know nothing of HTTP or jsforce.
 */
import type { ApiUsage } from "@decant/auth"
import type { Effect, Stream } from "effect"
import type { BulkAnswer } from "./bulk/query-job.ts"
import type { ObjectDescribe, ObjectSummary } from "./describe-shape.ts"

import type { Loads } from "./load/load.ts"
import type { OrgFailure } from "./org-error.ts"
import type { Method } from "./wire/org-wire.ts"

/** As Salesforce's JSON has it: `attributes`, values, parents as records, children as `{totalSize, done, records}`. */
export type OrgRecord = Readonly<Record<string, unknown>>

export interface QueryPage {
  readonly totalSize: number
  readonly records: ReadonlyArray<OrgRecord>
  readonly done: boolean
}

export interface WriteResult {
  readonly id: string
  readonly success: true
  /** Of an upsert: whether the record is new. */
  readonly created?: boolean
}

export interface RestCall {
  readonly method: Method
  /** Begins with `/services/`; the origin is always the instance's. */
  readonly path: string
  readonly body?: { readonly type: string; readonly text: string }
  readonly headers?: Readonly<Record<string, string>>
}

export interface RestAnswer {
  readonly status: number
  readonly contentType: string
  readonly text: string
}

export interface WhoAmI {
  readonly orgId: string
  readonly userId: string
  /** The origin that serves this org's API and, with a record's Id behind it, the record's page. */
  readonly instanceUrl: string
}

export interface QueryOptions {
  /** Deleted and archived rows too. */
  readonly allRows?: boolean
  /** Rows to a page, 200 to 2,000. Salesforce may send fewer. */
  readonly pageRows?: number
}

export interface Org {
  readonly apiVersion: string
  readonly whoAmI: Effect.Effect<WhoAmI, OrgFailure>
  /** Calls of the whole org in the last 24 hours, as the last answer said; null before the first. */
  readonly apiUsage: () => ApiUsage | null
  /** The statement goes as it is given: put values into it with `soql`. A page is fetched when it is asked for. */
  readonly query: (statement: string, options?: QueryOptions) => Stream.Stream<QueryPage, OrgFailure>
  /** The same by a Bulk job: CSV as Salesforce sends it, the header once. */
  readonly bulkQuery: (statement: string, options?: QueryOptions) => Effect.Effect<BulkAnswer, OrgFailure>
  /** A whole SOSL statement: put terms into it with `soslTerm`. */
  readonly search: (statement: string) => Effect.Effect<ReadonlyArray<OrgRecord>, OrgFailure>
  readonly objects: Effect.Effect<ReadonlyArray<ObjectSummary>, OrgFailure>
  readonly describe: (object: string) => Effect.Effect<ObjectDescribe, OrgFailure>
  /** All fields unless some are named. */
  readonly get: (
    object: string,
    id: string,
    fields?: ReadonlyArray<string>
  ) => Effect.Effect<OrgRecord, OrgFailure>
  readonly create: (object: string, values: OrgRecord) => Effect.Effect<WriteResult, OrgFailure>
  readonly update: (object: string, id: string, values: OrgRecord) => Effect.Effect<WriteResult, OrgFailure>
  readonly upsert: (
    object: string,
    key: { readonly field: string; readonly value: string },
    values: OrgRecord
  ) => Effect.Effect<WriteResult, OrgFailure>
  readonly delete: (object: string, id: string) => Effect.Effect<WriteResult, OrgFailure>
  /** Any call of the REST API; whatever may write is logged. */
  readonly rest: (call: RestCall) => Effect.Effect<RestAnswer, OrgFailure>
  /** CSV files into objects. */
  readonly loads: Loads
}
