/** Earlier syncs, newest first; each opens above. */
import type { RunSummary } from "@decant/api"
import { useState } from "react"
import { useAction } from "../../data/use-answer.ts"
import { sectionPath } from "../../routing.tsx"
import { Button } from "../../ui/button.tsx"
import { count, duration, moment } from "../../ui/figures.ts"
import { ScrollRegion } from "../../ui/scroll-region.tsx"
import { Failure } from "../../ui/status.tsx"
import { words } from "../../words.ts"
import { RunState } from "./run-state.tsx"

const text = words.runs
const page = 50

const Row = ({
  id,
  run,
  isOpen
}: {
  readonly id: string
  readonly run: RunSummary
  readonly isOpen: boolean
}) => (
  <tr>
    <th scope="row">
      <a
        href={`${sectionPath(id, "runs")}?run=${run.id}`}
        {...(isOpen && { "aria-current": "true" as const })}
      >
        {moment(run.startedAt ?? run.queuedAt)}
      </a>
    </th>
    <td>{text.triggers[run.trigger]}</td>
    <td>
      <RunState state={run.state} />
      {run.error ? <p className="hint">{run.error.message}</p> : null}
    </td>
    <td className="number">{run.durationMs === null ? "" : duration(run.durationMs)}</td>
    <td className="number">{count(run.rows)}</td>
    <td className="number">{count(run.apiCalls)}</td>
  </tr>
)

export const History = ({
  id,
  runs,
  opened
}: {
  readonly id: string
  readonly runs: ReadonlyArray<RunSummary>
  readonly opened: string | null
}) => {
  const [older, setOlder] = useState<ReadonlyArray<RunSummary>>([])
  const [hasMore, setHasMore] = useState(true)
  const { run, isPending, problem } = useAction()
  const known = new Set(runs.map((one) => one.id))
  const all = [...runs, ...older.filter((one) => !known.has(one.id))]
  const last = all.at(-1)
  const more = () =>
    last &&
    run(
      (client) => client.runs.list({ query: { connection: id, before: last.id, limit: page } }),
      (found) => {
        setHasMore(found.length === page)
        setOlder([...older, ...found])
      }
    )
  return (
    <section className="card" aria-labelledby="history">
      <div className="card-head">
        <h2 id="history">{text.history}</h2>
      </div>
      <ScrollRegion label={text.history}>
        <table className="table history-table">
          <thead>
            <tr>
              <th scope="col">{text.started}</th>
              <th scope="col">{text.by}</th>
              <th scope="col">{text.state}</th>
              <th scope="col" className="number">
                {text.duration}
              </th>
              <th scope="col" className="number">
                {text.rows}
              </th>
              <th scope="col" className="number">
                {text.calls}
              </th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <Row key={one.id} id={id} run={one} isOpen={one.id === opened} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {problem ? (
        <div className="card-body">
          <Failure problem={problem} />
        </div>
      ) : null}
      {runs.length === page && hasMore ? (
        <div className="card-body">
          <Button size="small" isPending={isPending} onPress={more}>
            {text.older}
          </Button>
        </div>
      ) : null}
    </section>
  )
}
