/** Three small pictures: rows of each sync, the age of the data, the API calls of the day. Drawn here as SVG. */
import type { Budget, Connection, CopyStatus, RunSummary } from "@decant/api"
import type { ReactNode } from "react"
import { useAnswer } from "../../data/use-answer.ts"
import { about, age, count, moment } from "../../ui/figures.ts"
import { words } from "../../words.ts"

const text = words.runs.charts
const width = 280
const height = 92
const mostBars = 24
const mostLines = 4
/** Ages below this look short, whichever is the oldest. */
const longSeconds = 900

const Chart = ({
  title,
  note,
  children
}: {
  readonly title: string
  readonly note: string
  readonly children: ReactNode
}) => (
  <figure className="card chart">
    <figcaption>
      <h2>{title}</h2>
      <p className="hint">{note}</p>
    </figcaption>
    {children}
  </figure>
)

const RowsChart = ({ runs }: { readonly runs: ReadonlyArray<RunSummary> }) => {
  const shown = runs
    .filter(({ finishedAt }) => finishedAt !== null)
    .slice(0, mostBars)
    .toReversed()
  const most = Math.max(1, ...shown.map(({ rows }) => rows))
  const step = width / mostBars
  const label = text.rowsLabel(shown.length, count(most))
  const newest = shown.at(-1)
  return (
    <Chart title={text.rows} note={newest ? `${count(newest.rows)} in the newest` : text.noData}>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} className="chart-base" />
        {shown.map((run, at) => {
          const bar = run.rows === 0 ? 2 : Math.max(4, (run.rows / most) * (height - 8))
          return (
            <rect
              key={run.id}
              className={run.state === "failed" || run.state === "partial" ? "chart-bad" : "chart-bar"}
              x={at * step}
              y={height - 1 - bar}
              width={step - 3}
              height={bar}
              rx="2"
            >
              <title>{`${moment(run.startedAt ?? run.queuedAt)}: ${count(run.rows)}`}</title>
            </rect>
          )
        })}
      </svg>
    </Chart>
  )
}

const FreshnessChart = ({ status }: { readonly status: CopyStatus | null }) => {
  const streams = (status?.streams ?? [])
    .flatMap(({ stream, ageSeconds }) => (ageSeconds === null ? [] : [{ stream, seconds: ageSeconds }]))
    .toSorted((a, b) => b.seconds - a.seconds)
  const oldest = streams[0]
  if (!oldest) {
    const note = status === null ? words.loading : text.noData
    return (
      <Chart title={text.freshness} note={note}>
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={note} />
      </Chart>
    )
  }
  const shown = streams.slice(0, mostLines)
  const line = height / mostLines
  return (
    <Chart title={text.freshness} note={text.ageNow(age(oldest.seconds))}>
      <svg
        className="chart"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={shown.map(({ stream, seconds }) => `${stream}: ${age(seconds)}`).join(", ")}
      >
        {shown.map(({ stream, seconds }, at) => (
          <g key={stream}>
            <text x="0" y={at * line + 10}>
              {stream}
            </text>
            <rect className="chart-track" x="0" y={at * line + 14} width={width} height="4" rx="2" />
            <rect
              className="chart-bar"
              x="0"
              y={at * line + 14}
              width={Math.max(4, (seconds / Math.max(longSeconds, oldest.seconds)) * width)}
              height="4"
              rx="2"
            />
          </g>
        ))}
      </svg>
    </Chart>
  )
}

const BudgetChart = ({ budget, isLoading }: { readonly budget: Budget; readonly isLoading: boolean }) => {
  const share = budget ? Math.min(1, budget.used / Math.max(1, budget.max)) : 0
  const around = 2 * Math.PI * 36
  const note = budget
    ? text.budgetText(about(budget.used), about(budget.max))
    : isLoading
      ? words.loading
      : text.budgetUnknown
  return (
    <Chart title={text.budget} note={note}>
      <svg className="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={note}>
        <circle className="chart-ring" cx="46" cy="46" r="36" />
        <circle
          className="chart-arc"
          cx="46"
          cy="46"
          r="36"
          strokeDasharray={`${share * around} ${around}`}
          transform="rotate(-90 46 46)"
        />
        <text x="46" y="50" textAnchor="middle">
          {budget ? (share > 0 && share < 0.01 ? "< 1 %" : `${Math.round(share * 100)} %`) : ""}
        </text>
        <text x="104" y="50">
          {budget ? text.budgetLeft(about(budget.left)) : ""}
        </text>
      </svg>
    </Chart>
  )
}

export const Charts = ({
  connection,
  runs
}: {
  readonly connection: Connection
  readonly runs: ReadonlyArray<RunSummary>
}) => {
  const { id, lastSync } = connection
  const key = `${id} ${lastSync?.id ?? ""}`
  const status = useAnswer<CopyStatus>(`status ${key}`, (client) =>
    client.connections.status({ params: { id } })
  )
  const budget = useAnswer<Budget>(`budget ${key}`, (client) => client.connections.budget({ params: { id } }))
  return (
    <div className="charts">
      <RowsChart runs={runs} />
      <FreshnessChart status={status.value} />
      <BudgetChart budget={budget.value} isLoading={budget.isLoading} />
    </div>
  )
}
