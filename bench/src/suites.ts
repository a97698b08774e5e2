/** Data table: the suites, in the order in which docs/performance.md shows them. */
import type { Calm } from "./calm.ts"
import type { PostgresServer } from "./postgres-server.ts"
import { accounts, narrow, type Shape, wide } from "./shapes.ts"
import { showBackfill } from "./show-backfill.ts"
import { type BackfillResult, backfill } from "./suites/backfill.ts"
import { type IncrementsResult, increments, showIncrements } from "./suites/increments.ts"
import { type LatencyResult, latency, showLatency } from "./suites/latency.ts"
import { type LoadingResult, loading, showLoading } from "./suites/loading.ts"
import { type MemoryResult, memory, showMemory } from "./suites/memory.ts"
import { type PeersResult, peers, showPeers } from "./suites/peers.ts"
import { type StartResult, showStart, start } from "./suites/start.ts"
import { showWorkers, type WorkersResult, workers } from "./suites/workers.ts"

export interface Around {
  readonly folder: string
  readonly rounds: number
  readonly postgres: PostgresServer
  readonly say: (line: string) => void
  readonly calm: Calm
  /** So many rows at the scale of this run. */
  readonly rows: (count: number) => number
  /** How many rows tables have whose increments are measured. */
  readonly sizes: ReadonlyArray<number>
}

interface Suite<Result> {
  readonly title: string
  readonly run: (around: Around) => Promise<Result>
  readonly show: (result: Result) => string
}

const backfillOf = (
  title: string,
  shape: (around: Around) => Shape,
  alternatives = false
): Suite<BackfillResult> => ({
  title,
  run: (around) => backfill(shape(around), { ...around, alternatives }),
  show: showBackfill
})

const suite = <Result>(of: Suite<Result>): Suite<Result> => of

export const suites = {
  accounts: backfillOf("The back-fill of a usual object", ({ rows }) => accounts(rows(1_000_000)), true),
  wide: backfillOf("60 columns", ({ rows }) => wide(rows(200_000), 60)),
  widest: backfillOf("400 columns", ({ rows }) => wide(rows(20_000), 400)),
  narrow: backfillOf("Many narrow rows", ({ rows }) => narrow(rows(5_000_000))),
  loading: suite<LoadingResult>({
    title: "Loading alone",
    run: (around) => loading(accounts(around.rows(1_000_000)), around),
    show: showLoading
  }),
  memory: suite<MemoryResult>({
    title: "Memory",
    run: (around) => memory({ ...around, sizes: [1_000_000, 5_000_000].map(around.rows) }),
    show: showMemory
  }),
  increments: suite<IncrementsResult>({
    title: "A sync when little has changed",
    run: (around) => {
      const changes = [0, around.rows(10_000), around.rows(100_000)]
      return increments({ ...around, sizes: around.sizes.map(around.rows), changes })
    },
    show: showIncrements
  }),
  latency: suite<LatencyResult>({
    title: "Salesforce far away",
    run: (around) => latency({ ...around, rows: around.rows(500_000) }),
    show: showLatency
  }),
  workers: suite<WorkersResult>({
    title: "Workers of a cluster",
    run: (around) => workers({ ...around, rows: around.rows(1_000_000) }),
    show: showWorkers
  }),
  start: suite<StartResult>({
    title: "The start of the command",
    run: ({ rounds, calm }) => start(Math.max(rounds, 10), calm),
    show: showStart
  }),
  peers: suite<PeersResult>({
    title: "Other connectors",
    run: (around) => peers(accounts(around.rows(20_000)), around),
    show: showPeers
  })
}

export type SuiteName = keyof typeof suites
