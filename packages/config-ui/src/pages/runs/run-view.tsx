/** One run, stream by stream, while it goes or afterwards, with its log. */
import type { LogLine, Run, RunStream } from "@decant/api"
import { useEffect, useRef } from "react"
import { useAction } from "../../data/use-answer.ts"
import { useRun } from "../../data/use-run.ts"
import { Button } from "../../ui/button.tsx"
import { count, duration, moment, size } from "../../ui/figures.ts"
import { ScrollRegion } from "../../ui/scroll-region.tsx"
import { Failure, Loading, Notice } from "../../ui/status.tsx"
import { words } from "../../words.ts"
import { RunState, StreamState } from "./run-state.tsx"

const text = words.runs

const Bar = ({ stream }: { readonly stream: RunStream }) => {
  const { state, read, total } = stream
  if (state !== "running") return null
  const share = total === null || total === 0 ? null : Math.min(1, read / total)
  return (
    <div
      className="bar"
      role="progressbar"
      aria-label={stream.stream}
      {...(share !== null && {
        "aria-valuenow": Math.round(share * 100),
        "aria-valuemin": 0,
        "aria-valuemax": 100
      })}
    >
      <div
        className="bar-fill"
        {...(share === null ? { "data-unsure": "" } : { style: { width: `${share * 100}%` } })}
      />
    </div>
  )
}

const readText = ({ read, total, state }: RunStream): string =>
  state === "running" && total !== null ? text.of(count(read), count(total)) : count(read)

const StreamRow = ({ stream }: { readonly stream: RunStream }) => (
  <tr>
    <th scope="row">{stream.stream}</th>
    <td>
      <StreamState stream={stream} />
      <Bar stream={stream} />
      {stream.error ? (
        <p className="field-error">
          {stream.error.message} {stream.error.fix}
        </p>
      ) : stream.detail ? (
        <p className="hint">{stream.detail}</p>
      ) : null}
      {stream.warnings.map((warning) => (
        <p key={warning} className="warn-text">
          {warning}
        </p>
      ))}
      {stream.schemaChanges.map((change) => (
        <p key={change} className="hint">
          {change}
        </p>
      ))}
    </td>
    <td className="number">{readText(stream)}</td>
    <td className="number">{count(stream.inserted + stream.updated + stream.deleted)}</td>
    <td className="number">{stream.durationMs === null ? "" : duration(stream.durationMs)}</td>
  </tr>
)

const Log = ({ log }: { readonly log: ReadonlyArray<LogLine> }) => (
  <details className="log">
    <summary>{text.log}</summary>
    {log.length === 0 ? <p className="soft small">{text.logEmpty}</p> : null}
    <ol>
      {log.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end.
        <li key={at} data-level={line.level}>
          <time dateTime={line.at}>{new Date(line.at).toLocaleTimeString()}</time> {line.text}
        </li>
      ))}
    </ol>
  </details>
)

const isOver = (run: Run): boolean => run.state !== "running" && run.state !== "queued"

const titleOf = (run: Run): string =>
  run.state === "queued"
    ? text.waiting
    : run.state === "running"
      ? text.running
      : text.run(moment(run.startedAt ?? run.queuedAt))

const Head = ({ run }: { readonly run: Run }) => {
  const cancel = useAction()
  const over = isOver(run)
  const facts = [
    run.durationMs === null ? null : duration(run.durationMs),
    `${text.calls}: ${count(run.apiCalls)}`,
    size(run.bytes)
  ]
  return (
    <>
      <div className="card-head">
        <div>
          <div className="row">
            <h2 id={`run-${run.id}`}>{titleOf(run)}</h2>
            {over ? <RunState state={run.state} /> : null}
          </div>
          <p className="soft small">
            {over ? facts.filter((fact) => fact !== null).join(" · ") : text.keeps}
          </p>
        </div>
        {over ? null : (
          <Button
            size="small"
            isPending={cancel.isPending}
            onPress={() => cancel.run((client) => client.runs.cancel({ params: { run: run.id } }))}
          >
            {text.cancelRun}
          </Button>
        )}
      </div>
      {cancel.problem || run.error ? (
        <div className="card-body">
          {cancel.problem ? <Failure problem={cancel.problem} /> : null}
          {run.error ? (
            <Notice tone="bad" title={run.error.message}>
              <p>{run.error.fix}</p>
            </Notice>
          ) : null}
        </div>
      ) : null}
    </>
  )
}

export const RunView = ({ id, onEnded }: { readonly id: string; readonly onEnded: () => void }) => {
  const { run, log, problem } = useRun(id)
  const wasGoing = useRef(false)
  useEffect(() => {
    if (run === null) return
    if (!isOver(run)) wasGoing.current = true
    else if (wasGoing.current) {
      wasGoing.current = false
      onEnded()
    }
  }, [run, onEnded])
  if (run === null) return problem ? <Failure problem={problem} /> : <Loading rows={3} />
  return (
    <section className="card" aria-labelledby={`run-${id}`} aria-busy={!isOver(run)}>
      <Head run={run} />
      {run.streams.length > 0 ? (
        <ScrollRegion label={titleOf(run)}>
          <table className="table run-table">
            <thead>
              <tr>
                <th scope="col">{text.object}</th>
                <th scope="col">{text.progress}</th>
                <th scope="col" className="number">
                  {text.read}
                </th>
                <th scope="col" className="number">
                  {text.rows}
                </th>
                <th scope="col" className="number">
                  {text.duration}
                </th>
              </tr>
            </thead>
            <tbody>
              {run.streams.map((stream) => (
                <StreamRow key={stream.stream} stream={stream} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      ) : null}
      <Log log={log} />
    </section>
  )
}
