/**
 * `/metrics`: made anew at each scrape from what is so at that moment, so that a spec that went leaves nothing behind
 * and the lag of a stream grows while nothing runs.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import { readdirSync } from "node:fs"
import { Clock, Effect, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { Runs } from "./runs.ts"
import { Schedules } from "./schedules.ts"
import { ServeSettings } from "./serve-settings.ts"
import { ServerTotals, type SpecTotals } from "./server-totals.ts"
import { SpecShelf } from "./spec-shelf.ts"

type Labels = Readonly<Record<string, string>>

interface Sample {
  readonly kind: "counter" | "gauge"
  readonly name: string
  readonly help: string
  readonly labels: Labels
  readonly value: number
}

const counter = (name: string, help: string, labels: Labels, value: number): Sample => ({
  kind: "counter",
  name,
  help,
  labels,
  value
})
const gauge = (name: string, help: string, labels: Labels, value: number): Sample => ({
  kind: "gauge",
  name,
  help,
  labels,
  value
})

const seconds = (instant: string): number => Date.parse(instant) / 1000

const ofStreams = (spec: string, { streams }: SpecTotals): ReadonlyArray<Sample> =>
  [...streams].flatMap(([stream, sums]) => {
    const labels = { spec, stream }
    return [
      ...(["inserted", "updated", "deleted"] as const).map((change) =>
        counter("decant_rows_total", "Rows changed in the copy.", { ...labels, change }, sums[change])
      ),
      counter("decant_rows_read_total", "Rows received from Salesforce.", labels, sums.read),
      counter("decant_bytes_total", "Bytes received from Salesforce.", labels, sums.bytes),
      ...[...sums.errors].map(([code, count]) =>
        counter(
          "decant_errors_total",
          "Errors of streams and of runs as a whole.",
          { ...labels, code },
          count
        )
      )
    ]
  })

const ofSpec = (spec: string, totals: SpecTotals, now: number): ReadonlyArray<Sample> => {
  const { last, lastOkAt, budget } = totals
  return [
    ...[...totals.runs].map(([status, count]) =>
      counter("decant_runs_total", "Runs that ended, by outcome.", { spec, status }, count)
    ),
    ...[...totals.errors].map(([code, count]) =>
      counter(
        "decant_errors_total",
        "Errors of streams and of runs as a whole.",
        { spec, stream: "", code },
        count
      )
    ),
    counter("decant_api_calls_total", "Calls that Salesforce counts.", { spec }, totals.apiCalls),
    ...ofStreams(spec, totals),
    ...[...totals.cursors].map(([stream, cursor]) =>
      gauge(
        "decant_stream_lag_seconds",
        "Time since the org's clock up to which the stream is copied.",
        { spec, stream },
        Math.max(0, now / 1000 - seconds(cursor))
      )
    ),
    ...(lastOkAt === null
      ? []
      : [
          gauge(
            "decant_last_success_timestamp_seconds",
            "When a run last ended well.",
            { spec },
            seconds(lastOkAt)
          )
        ]),
    ...(last?.startedAt == null || last.finishedAt === null
      ? []
      : [
          gauge(
            "decant_last_run_duration_seconds",
            "How long the newest run took.",
            { spec },
            seconds(last.finishedAt) - seconds(last.startedAt)
          )
        ]),
    ...(budget === null
      ? []
      : [
          gauge("decant_api_budget_used", "Calls of the whole org in 24 hours.", { spec }, budget.used),
          gauge("decant_api_budget_max", "Calls that the org may make in 24 hours.", { spec }, budget.max),
          gauge("decant_api_budget_left", "Calls that the spec's budget leaves.", { spec }, budget.left)
        ])
  ]
}

/** Open files and sockets; only Linux says. */
const openHandles = (): ReadonlyArray<Sample> => {
  try {
    const count = readdirSync("/proc/self/fd").length
    return [gauge("process_open_fds", "Open files and sockets.", {}, count)]
  } catch {
    return []
  }
}

const ofProcess = (version: string): ReadonlyArray<Sample> => {
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  return [
    gauge("decant_build_info", "The version that runs.", { version }, 1),
    gauge("process_resident_memory_bytes", "Memory of the process.", {}, rss),
    gauge("nodejs_heap_used_bytes", "Memory of its JavaScript objects.", {}, heapUsed),
    counter("process_cpu_seconds_total", "CPU time of the process.", {}, (user + system) / 1e6),
    gauge("process_start_time_seconds", "When it began.", {}, Date.now() / 1000 - process.uptime()),
    ...openHandles()
  ]
}

const samples = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const { version } = yield* ServeSettings
  const totals = (yield* ServerTotals).all()
  const shelved = yield* (yield* SpecShelf).list
  const schedules = yield* (yield* Schedules).list
  const active = yield* (yield* Runs).active
  const number = (yes: boolean): number => (yes ? 1 : 0)
  return [
    ...ofProcess(version),
    ...shelved.flatMap(({ name: spec, failure }) => [
      gauge("decant_spec_valid", "Whether the file on disk can be used.", { spec }, number(failure === null)),
      gauge(
        "decant_running",
        "Whether a run goes on.",
        { spec },
        active.filter((run) => run.spec === spec && run.status === "running").length
      ),
      gauge(
        "decant_queued",
        "Whether a run waits for its turn.",
        { spec },
        active.filter((run) => run.spec === spec && run.status === "queued").length
      )
    ]),
    ...schedules.flatMap(({ spec, paused, nextAt, cron }) => [
      ...(cron === null
        ? []
        : [gauge("decant_schedule_paused", "Whether the schedule is held back.", { spec }, number(paused))]),
      ...(nextAt === null
        ? []
        : [
            gauge("decant_next_run_timestamp_seconds", "When the next run is due.", { spec }, seconds(nextAt))
          ])
    ]),
    ...shelved.flatMap(({ name }) => {
      const of = totals.get(name)
      return of === undefined ? [] : ofSpec(name, of, now)
    })
  ]
})

const addSample = ({ kind, name, help, labels, value }: Sample) => {
  const options = { description: help, attributes: labels }
  return kind === "counter"
    ? Metric.update(Metric.counter(name, options), value)
    : Metric.update(Metric.gauge(name, options), value)
}

/** The text of a scrape. */
export const metricsText = Effect.gen(function* () {
  for (const sample of yield* samples) yield* addSample(sample)
  return yield* PrometheusMetrics.format()
}).pipe((scrape) => Effect.suspend(() => Effect.provideService(scrape, Metric.MetricRegistry, new Map())))
