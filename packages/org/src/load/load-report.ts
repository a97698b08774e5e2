/** What a load's remembered state says: how far it is, where its files are, and what came of it in the end. */
import { basename, dirname, extname, join } from "node:path"
import type { LoadReport, LoadStatus } from "./load.ts"
import type { LoadState, PartState } from "./load-state.ts"
import type { ResultCounts } from "./results.ts"

export const processedOf = (part: PartState): number => part.ended?.processed ?? part.outcomes?.length ?? 0
export const failedOf = (part: PartState): number =>
  part.ended?.failed ?? part.outcomes?.filter(({ success }) => !success).length ?? 0

const sum = (parts: ReadonlyArray<PartState>, of: (part: PartState) => number): number =>
  parts.reduce((total, part) => total + of(part), 0)

export const statusOf = (state: LoadState): LoadStatus => ({
  id: state.id,
  file: state.file,
  object: state.object,
  operation: state.operation,
  api: state.api,
  startedAt: state.startedAt,
  finishedAt: state.finishedAt,
  rows: state.rows,
  processed: sum(state.parts, processedOf),
  failed: sum(state.parts, failedOf),
  jobs: state.parts.flatMap(({ job, ended }) =>
    job === null
      ? []
      : [{ id: job.id, state: ended?.state ?? (job.step === "closed" ? "InProgress" : "Open") }]
  )
})

export const resultFiles = ({ file, id }: LoadState) => {
  const stem = join(dirname(file), `${basename(file, extname(file))}.${id}`)
  return { success: `${stem}.success.csv`, failure: `${stem}.failure.csv` }
}

export const reportOf = (
  state: LoadState,
  counts: ResultCounts,
  reasons: LoadReport["reasons"]
): LoadReport => {
  const files = resultFiles(state)
  const listed = counts.succeeded + counts.failed + counts.unprocessed
  const uncounted =
    listed === state.rows
      ? []
      : [`Salesforce names the outcome of ${listed} of ${state.rows} rows: compare the rest with the org.`]
  return {
    ...statusOf(state),
    ...counts,
    reasons,
    successFile: counts.succeeded > 0 ? files.success : null,
    failureFile: counts.failed + counts.unprocessed > 0 ? files.failure : null,
    warnings: [...state.warnings, ...uncounted]
  }
}
