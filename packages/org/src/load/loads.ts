/** Loads from the first look at the file to the report: `Loads` over the parts of this folder. */
import { randomBytes } from "node:crypto"
import { resolve } from "node:path"
import { parse } from "csv-parse/sync"
import { Effect } from "effect"
import type { Jsforce } from "../jsforce-adapter.ts"
import type { Org, WhoAmI } from "../org.ts"
import { type OrgFailure, orgError } from "../org-error.ts"
import type { OrgWire } from "../wire/org-wire.ts"
import type { WriteLog } from "../write-log.ts"
import { runBulkLoad } from "./bulk-load.ts"
import { checkColumns } from "./check-columns.ts"
import { ROWS_PER_CALL, readRows, runCollectionLoad } from "./collection-load.ts"
import { scanCsv } from "./csv-scan.ts"
import { makeIngest } from "./ingest-job.ts"
import type { LoadApi, LoadOptions, LoadPlan, LoadReport, LoadRequest, Loads } from "./load.ts"
import { tellProgress } from "./load-progress.ts"
import { reportOf, resultFiles, statusOf } from "./load-report.ts"
import { type LoadState, openLoadStore, type PartState } from "./load-state.ts"
import { refusalReasons } from "./refusal-reasons.ts"
import { writeBulkResults, writeCollectionResults } from "./results.ts"

export interface LoadSizes {
  /** Content of one job. Salesforce takes 150 MB as base64, and asks for 100 MB at most before that. */
  readonly bytesPerJob: number
  /** So many rows go by calls of 200: about as many calls as a Bulk job costs, and no waiting. */
  readonly mostRowsByCollections: number
}

export const loadSizes: LoadSizes = { bytesPerJob: 100_000_000, mostRowsByCollections: 1000 }

const emptyPart = { job: null, sent: false, outcomes: null, ended: null }

const partsOf = (plan: LoadPlan): ReadonlyArray<PartState> =>
  plan.api === "bulk"
    ? plan.scanned.parts.map((part) => ({ ...part, ...emptyPart }))
    : Array.from({ length: Math.ceil(plan.rows / ROWS_PER_CALL) }, (_, at) => ({
        from: 0,
        to: 0,
        rows: Math.min(ROWS_PER_CALL, plan.rows - at * ROWS_PER_CALL),
        ...emptyPart
      }))

const newId = (now: Date): string =>
  `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}-${randomBytes(3).toString("hex")}`

export const makeLoads = (of: {
  readonly wire: OrgWire
  readonly jsforce: Jsforce
  readonly version: string
  readonly describe: Org["describe"]
  readonly whoAmI: Effect.Effect<WhoAmI, OrgFailure>
  readonly log: WriteLog
  readonly folder: string
  readonly sizes: LoadSizes
}): Loads => {
  const store = openLoadStore(of.folder)
  const ingest = makeIngest(of.wire, of.version)

  const unfinished = Effect.fnUntraced(function* (plan: LoadPlan, orgId: string) {
    const { request, scanned } = plan
    const states = yield* store.all
    const earlier = states.find(
      (state) =>
        state.finishedAt === null &&
        state.orgId === orgId &&
        state.sha256 === scanned.sha256 &&
        state.object === plan.object &&
        state.operation === request.operation
    )
    if (earlier === undefined || request.again === true) return
    return yield* orgError("LOAD_UNFINISHED", {
      message: `${request.file} is being loaded into ${plan.object} already, by a load that is not finished (${earlier.id}, begun ${earlier.startedAt}).`,
      fix: `Go on with it: \`decant load --resume ${earlier.id}\`. To load the file once more from its beginning, on purpose: \`--again\`.`
    })
  })

  const prepare: Loads["prepare"] = Effect.fn("org.loads.prepare")(function* (request: LoadRequest) {
    const path = resolve(request.file)
    const scanned = yield* scanCsv(path, of.sizes.bytesPerJob)
    const [header = []]: Array<Array<string>> = parse(scanned.header, { relax_column_count: true })
    const separator = [";", "\t", "|"].find((one) => header.length === 1 && scanned.header.includes(one))
    if (separator !== undefined) {
      return yield* orgError("LOAD_FILE_INVALID", {
        message: `${request.file}: its values are separated by ${JSON.stringify(separator)}, not by commas.`,
        fix: "Save the file as CSV with commas. Nothing was sent."
      })
    }
    const described = yield* of.describe(request.object)
    const checked = yield* checkColumns({
      header: header.map((name) => name.trim()),
      request,
      described,
      describe: of.describe
    })
    const isSmall = scanned.rows <= of.sizes.mostRowsByCollections
    const api: LoadApi = request.api ?? (isSmall ? "collections" : "bulk")
    return {
      request,
      object: described.name,
      externalId: checked.externalId,
      api,
      rows: scanned.rows,
      bytes: scanned.bytes,
      columns: checked.columns,
      parts: api === "bulk" ? scanned.parts.length : Math.ceil(scanned.rows / ROWS_PER_CALL),
      warnings: checked.warnings,
      scanned
    }
  })

  const sendAll = Effect.fnUntraced(function* (begun: LoadState, options: LoadOptions) {
    let state = begun
    const current = (): LoadState => state
    const progress = tellProgress(current, options)
    const change = (at: number, changed: Partial<PartState>) =>
      Effect.suspend(() => {
        state = {
          ...state,
          parts: state.parts.map((part, index) => (index === at ? { ...part, ...changed } : part))
        }
        return store.save(state)
      })
    const files = resultFiles(state)
    progress.tell("uploading")
    const byBulk = Effect.gen(function* () {
      yield* runBulkLoad({
        ingest,
        state: current,
        change,
        sent: progress.sent,
        seen: (at, job) => progress.seen(at, job.numberRecordsProcessed ?? 0, job.numberRecordsFailed ?? 0)
      })
      progress.tell("fetching results")
      return yield* writeBulkResults(ingest, state, files)
    })
    const byCollections = Effect.gen(function* () {
      const rows = yield* readRows(state)
      const described = yield* of.describe(state.object)
      yield* runCollectionLoad({
        jsforce: of.jsforce,
        described,
        rows,
        state: current,
        change,
        done: () => progress.tell("processing")
      })
      return yield* writeCollectionResults(state, rows, files)
    })
    const counts = yield* state.api === "bulk" ? byBulk : byCollections
    state = { ...state, finishedAt: new Date().toISOString() }
    yield* store.save(state)
    progress.tell("done")
    const refused = counts.failed + counts.unprocessed
    const reasons = refused > 0 ? yield* refusalReasons(files.failure) : []
    return reportOf(state, counts, reasons)
  })

  /** Under the load's lock, and between two lines of the log of writes. */
  const run = (state: LoadState, options: LoadOptions): Effect.Effect<LoadReport, OrgFailure> =>
    Effect.scoped(
      Effect.andThen(
        store.lock(state.id),
        of.log.around(
          {
            operation: `load ${state.operation}`,
            object: state.object,
            after: { load: state.id, file: state.file, sha256: state.sha256, rows: state.rows }
          },
          ({ succeeded, failed, unprocessed, jobs, successFile, failureFile }) => ({
            succeeded,
            failed,
            unprocessed,
            jobs: jobs.map(({ id }) => id),
            successFile,
            failureFile
          }),
          sendAll(state, options)
        )
      )
    )

  return {
    prepare,
    start: Effect.fn("org.loads.start")(function* (plan: LoadPlan, options: LoadOptions = {}) {
      const who = yield* of.whoAmI
      yield* unfinished(plan, who.orgId)
      const now = new Date()
      const state: LoadState = {
        version: 1,
        id: newId(now),
        orgId: who.orgId,
        userId: who.userId,
        apiVersion: of.version,
        file: plan.scanned.path,
        bytes: plan.bytes,
        sha256: plan.scanned.sha256,
        lineEnding: plan.scanned.lineEnding,
        object: plan.object,
        operation: plan.request.operation,
        externalId: plan.externalId,
        columns: plan.columns,
        api: plan.api,
        rows: plan.rows,
        warnings: plan.warnings,
        parts: partsOf(plan),
        startedAt: now.toISOString(),
        finishedAt: null
      }
      yield* store.save(state)
      return yield* run(state, options)
    }),
    resume: Effect.fn("org.loads.resume")(function* (id: string, options: LoadOptions = {}) {
      const state = yield* store.find(id)
      const who = yield* of.whoAmI
      if (who.orgId !== state.orgId) {
        return yield* orgError("LOAD_NOT_FOUND", {
          message: `The load ${state.id} was begun in the org ${state.orgId}; the spec's is ${who.orgId}.`
        })
      }
      const scanned = yield* scanCsv(state.file, of.sizes.bytesPerJob)
      if (scanned.sha256 !== state.sha256) {
        return yield* orgError("LOAD_FILE_CHANGED", {
          message: `${state.file} has changed since its load ${state.id} was begun.`
        })
      }
      return yield* run({ ...state, finishedAt: null }, options)
    }),
    status: (id) => Effect.map(store.find(id), statusOf),
    list: Effect.map(store.all, (states) => states.map(statusOf))
  }
}
