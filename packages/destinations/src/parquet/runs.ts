/** Run reports: `_decant/runs/<run id>.json`, each written whole. */
import type { RunReport } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Store } from "./store.ts"

const folder = "_decant/runs"
const keepRunsMillis = 90 * 24 * 3_600_000
/** More are not read by a query. */
const shownRuns = 500

/** A run id is ours, but it becomes a file name. */
const fileName = (runId: string): string => `${encodeURIComponent(runId)}.json`

export const recordRun = Effect.fnUntraced(function* (
  store: Store,
  report: RunReport
): Effect.fn.Return<void, DestinationError> {
  yield* store.write(`${folder}/${fileName(report.runId)}`, Buffer.from(`${JSON.stringify(report)}\n`))
  const old = (yield* store.list(folder)).filter(({ modified }) => modified < Date.now() - keepRunsMillis)
  yield* store.remove(old.map(({ name }) => `${folder}/${name}`))
})

type Row = Readonly<Record<string, unknown>>

const rowOf = (text: string): ReadonlyArray<Row> => {
  try {
    const report: RunReport = JSON.parse(text)
    return [
      {
        run_id: report.runId,
        spec_name: report.name,
        status: report.status,
        started_at: report.startedAt,
        finished_at: report.finishedAt,
        api_calls: report.apiCalls,
        bytes: report.bytes,
        report: text.trim()
      }
    ]
  } catch {
    return []
  }
}

/** Rows of `_decant.runs`, the newest ones. */
export const readRuns = Effect.fnUntraced(function* (
  store: Store
): Effect.fn.Return<ReadonlyArray<Row>, DestinationError> {
  const files = (yield* store.list(folder))
    .filter(({ name }) => name.endsWith(".json") && !name.startsWith("."))
    .sort((a, b) => b.modified - a.modified)
    .slice(0, shownRuns)
  const texts = yield* Effect.forEach(files, ({ name }) => store.read(`${folder}/${name}`), {
    concurrency: 8
  })
  return texts.flatMap((bytes) => (bytes === null ? [] : rowOf(bytes.toString("utf8"))))
})

/** Reports quote keys of rows that made trouble. */
export const eraseFromRuns = Effect.fnUntraced(function* (
  store: Store,
  key: string
): Effect.fn.Return<void, DestinationError> {
  const quoted = JSON.stringify(key).slice(1, -1)
  for (const { name } of yield* store.list(folder)) {
    const text = (yield* store.read(`${folder}/${name}`))?.toString("utf8")
    if (text?.includes(quoted)) {
      yield* store.write(`${folder}/${name}`, Buffer.from(text.replaceAll(quoted, "(erased)")))
    }
  }
})
