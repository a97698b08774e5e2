/** What a soaked server's log and metrics have to show: every time acted upon once, and nothing that grows. */
import type { LogEntry } from "../support/serve.ts"

export interface SoakedRun {
  readonly trigger: string
  readonly begun: number
  readonly ended: number
  readonly status: string
}

export const runsOf = (log: ReadonlyArray<LogEntry>, spec: string): ReadonlyArray<SoakedRun> => {
  const ends = new Map(
    log.flatMap(({ runId, message, time }) => {
      const status = /^The sync ended as (\w+)/.exec(message)?.[1]
      return runId === undefined || status === undefined
        ? []
        : [[runId, { status, time: Date.parse(time) }] as const]
    })
  )
  return log
    .filter((line) => line.spec === spec && line.message.startsWith("The sync begins"))
    .map(({ runId = "", message, time }) => ({
      trigger: /\((.+)\)/.exec(message)?.[1] ?? "",
      begun: Date.parse(time),
      ended: ends.get(runId)?.time ?? Number.POSITIVE_INFINITY,
      status: ends.get(runId)?.status ?? "open"
    }))
}

/** How late a start may be on a busy machine; a spec that was just edited waits for a look at its file. */
const lateMillis = 2500

/** Times that nobody acted upon, runs at the same time, and times that were acted upon twice. */
export const overlooked = (runs: ReadonlyArray<SoakedRun>, everyMillis: number): ReadonlyArray<string> => {
  const wrong: Array<string> = []
  const at = (millis: number): string => new Date(millis).toISOString()
  for (const [index, run] of runs.entries()) {
    const next = runs[index + 1]
    if (next === undefined) continue
    if (next.begun < run.ended) wrong.push(`runs of ${at(run.begun)} and ${at(next.begun)} overlap`)
    // While a run goes on, times pass; the newest of them is caught up right after it.
    const due = (Math.floor(run.begun / everyMillis) + 1) * everyMillis
    const latest = Math.max(due, run.ended) + lateMillis
    if (next.begun > latest) wrong.push(`nothing began after ${at(run.ended)} until ${at(next.begun)}`)
    if (run.trigger !== "retry" && next.trigger !== "retry" && next.begun < due) {
      wrong.push(`the time of ${at(due - everyMillis)} had two runs`)
    }
  }
  if (runs.length < 2) wrong.push("hardly anything ran")
  return wrong
}

export interface Sample {
  readonly memory: number
  readonly heap: number
  readonly handles: number
}

const median = (numbers: ReadonlyArray<number>): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

const megabytes = (bytes: number): number => Math.round(bytes / 1e6)

/** The second quarter against the last one: at first caches fill. */
export const flatness = (samples: ReadonlyArray<Sample>) => {
  const quarter = Math.floor(samples.length / 4)
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)]
  const compare = (key: keyof Sample) => ({
    before: median(early.map((sample) => sample[key])),
    after: median(late.map((sample) => sample[key]))
  })
  const [memory, heap, handles] = [compare("memory"), compare("heap"), compare("handles")]
  const wrong: Array<string> = []
  if (memory.after > memory.before * 1.15 + 20e6) wrong.push("the memory grows")
  if (heap.after > heap.before * 1.25 + 20e6) wrong.push("the heap grows")
  if (handles.after > handles.before + 5) wrong.push("handles are left open")
  return {
    wrong,
    lines: [
      `memory ${megabytes(memory.before)} MB, at the end ${megabytes(memory.after)} MB`,
      `heap ${megabytes(heap.before)} MB, at the end ${megabytes(heap.after)} MB`,
      `open files and sockets ${handles.before}, at the end ${handles.after}`
    ]
  }
}
