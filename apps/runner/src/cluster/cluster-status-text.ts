/** The status of a cluster as people read it. */
import { count, counted } from "../terminal/numbers.ts"
import type { Surface } from "../terminal/screen.ts"
import { type Cell, textTable } from "../terminal/text-table.ts"
import type { ClusterStatus } from "./cluster-status.ts"

type Worker = ClusterStatus["workers"][number]
type Run = ClusterStatus["runs"][number]

const minute = (time: Date): string => time.toISOString().slice(0, 16).replace("T", " ")

const doingText = ({ spec, stream, kind, phase, seconds, attempt }: Worker["doing"][number]): string => {
  const what = kind === "begin" ? "beginning" : kind === "part" ? `a part of ${stream}` : stream
  const again = attempt > 1 ? `, attempt ${attempt}` : ""
  return `${spec}: ${what}${phase === null ? "" : `, ${phase}`}, ${counted(seconds, "second")}${again}`
}

/** A line for each thing that the worker does. */
const workerRows = (worker: Worker, surface: Surface): ReadonlyArray<ReadonlyArray<Cell>> => {
  const state = worker.state === "there" ? worker.state : surface.paint("yellow", worker.state)
  const first = [worker.name, worker.host, state, worker.seenAt.toISOString().slice(11, 19)]
  const [one, ...others] = worker.doing
  if (one === undefined) return [[...first, "nothing", ""]]
  return [
    [...first, doingText(one), count(one.rows)],
    ...others.map((other) => ["", "", "", "", doingText(other), count(other.rows)])
  ]
}

const runRow = (run: Run, surface: Surface): ReadonlyArray<Cell> => [
  minute(run.queuedAt),
  run.spec,
  run.status === "failed" ? surface.paint("red", run.status) : run.status,
  `${count(run.tasksDone)} done${run.tasksOpen === 0 ? "" : `, ${count(run.tasksOpen)} at work`}`,
  count(run.rows),
  run.askedBy
]

export const clusterStatusText = (
  status: ClusterStatus,
  of: { readonly place: string; readonly surface: Surface }
): string => {
  const { surface } = of
  const workers = textTable({
    columns: [
      { name: "worker", align: "left" },
      { name: "host", align: "left", spare: 1 },
      { name: "state", align: "left" },
      { name: "pulse (UTC)", align: "left", spare: 2 },
      { name: "does", align: "left" },
      { name: "rows", align: "right" }
    ],
    rows: status.workers.flatMap((worker) => workerRows(worker, surface)),
    surface
  })
  const runs = textTable({
    columns: [
      { name: "runs (UTC)", align: "left" },
      { name: "spec", align: "left" },
      { name: "status", align: "left" },
      { name: "tasks", align: "left" },
      { name: "rows read", align: "right" },
      { name: "asked for by", align: "left", spare: 1 }
    ],
    rows: status.runs.map((run) => runRow(run, surface)),
    surface
  })
  const there = status.workers.filter(({ state }) => state === "there").length
  return [
    `${counted(there, "worker")} in the cluster at ${of.place}`,
    ...(status.workers.length === 0
      ? ["No worker is there: `decant worker --cluster …` joins one."]
      : [workers]),
    ...(status.runs.length === 0
      ? ["Nothing has been asked for yet: `decant sync --cluster …` does."]
      : [runs])
  ].join("\n\n")
}
