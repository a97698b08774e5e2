/** What the runs of this process came to, for `/metrics`; the newest report of each spec outlives a restart. */
import { Context, Effect, Layer } from "effect"
import { RunHistory } from "./run-history.ts"
import type { RunRecord } from "./run-record.ts"
import type { EndedRun } from "./run-watchers.ts"

/** By stream, of all runs of this process. */
interface StreamTotals {
  read: number
  inserted: number
  updated: number
  deleted: number
  bytes: number
  apiCalls: number
  errors: Map<string, number>
}

export interface SpecTotals {
  readonly runs: Map<string, number>
  apiCalls: number
  /** Errors of runs as a whole, by code. */
  readonly errors: Map<string, number>
  readonly streams: Map<string, StreamTotals>
  /** The newest cursor of each stream. */
  readonly cursors: Map<string, string>
  last: RunRecord | null
  lastOkAt: string | null
  budget: EndedRun["budget"]
}

const newSpec = (): SpecTotals => ({
  runs: new Map(),
  apiCalls: 0,
  errors: new Map(),
  streams: new Map(),
  cursors: new Map(),
  last: null,
  lastOkAt: null,
  budget: null
})

const newStream = (): StreamTotals => ({
  read: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  bytes: 0,
  apiCalls: 0,
  errors: new Map()
})

const getOr = <A>(map: Map<string, A>, key: string, make: () => A): A => {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}

const addOne = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1)

const noteFreshness = (totals: SpecTotals, run: RunRecord): void => {
  totals.last = run
  if (run.status === "ok") totals.lastOkAt = run.finishedAt
  for (const { stream, cursor } of run.report?.streams ?? []) {
    if (cursor.to !== null) totals.cursors.set(stream, cursor.to)
  }
}

const addRun = (totals: SpecTotals, { run, budget }: EndedRun): void => {
  noteFreshness(totals, run)
  totals.budget = budget ?? totals.budget
  addOne(totals.runs, run.status)
  totals.apiCalls += run.apiCalls
  if (run.report === null && run.error !== null) addOne(totals.errors, run.error.code)
  for (const stream of run.report?.streams ?? []) {
    const sums = getOr(totals.streams, stream.stream, newStream)
    sums.read += stream.read
    sums.inserted += stream.inserted
    sums.updated += stream.updated
    sums.deleted += stream.deleted
    sums.bytes += stream.bytes
    sums.apiCalls += stream.apiCalls
    if (stream.error !== null) addOne(sums.errors, stream.error.code)
  }
}

export class ServerTotals extends Context.Service<
  ServerTotals,
  {
    readonly add: (of: EndedRun) => void
    readonly all: () => ReadonlyMap<string, SpecTotals>
  }
>()("serve/ServerTotals") {
  static readonly layer = Layer.effect(
    ServerTotals,
    Effect.gen(function* () {
      const specs = new Map<string, SpecTotals>()
      const history = yield* RunHistory
      for (const run of yield* history.lastReports) noteFreshness(getOr(specs, run.spec, newSpec), run)
      return {
        add: (of) => addRun(getOr(specs, of.run.spec, newSpec), of),
        all: () => specs
      }
    })
  )
}
