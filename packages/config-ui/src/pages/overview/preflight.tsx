/** What the user may read and whether the destination can be written to: each line as soon as it is known. */
import type { CheckEvent, CheckLine } from "@decant/api"
import { useEffect, useRef, useState } from "react"
import { listen } from "../../data/api.ts"
import type { Problem } from "../../data/problem.ts"
import { Button } from "../../ui/button.tsx"
import { Icon } from "../../ui/icon.tsx"
import { Section } from "../../ui/section.tsx"
import { Failure, Notice } from "../../ui/status.tsx"
import { words } from "../../words.ts"

const text = words.overview
const tones = { ok: "good", warn: "warn", fail: "bad" } as const
const results = { ok: text.allGood, warn: text.someWarn, fail: text.someFail }

interface Progress {
  readonly lines: ReadonlyArray<CheckLine>
  readonly doing: string | null
  readonly result: CheckLine["status"] | null
}

const next = (now: Progress, event: CheckEvent): Progress => {
  switch (event._tag) {
    case "doing":
      return { ...now, doing: event.what }
    case "line":
      return { ...now, lines: [...now.lines, event.line] }
    case "done":
      return { ...now, doing: null, result: event.status }
  }
}

const Line = ({ line }: { readonly line: CheckLine }) => (
  <li className="check-line" data-tone={tones[line.status]}>
    <Icon name={line.status === "ok" ? "check" : "alert"} />
    <div>
      <strong>{line.name}</strong>
      <p className="soft">{line.detail}</p>
      {line.error?.fix ? <p>{line.error.fix}</p> : null}
    </div>
  </li>
)

export const Preflight = ({ id }: { readonly id: string }) => {
  const [progress, setProgress] = useState<Progress | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isRunning, setRunning] = useState(false)
  const stop = useRef<() => void>(() => undefined)
  useEffect(() => () => stop.current(), [])
  const start = () => {
    stop.current()
    setProblem(null)
    setRunning(true)
    setProgress({ lines: [], doing: null, result: null })
    stop.current = listen((client) => client.org.check({ params: { id } }), {
      next: (event) => setProgress((now) => next(now ?? { lines: [], doing: null, result: null }, event)),
      ended: (failed) => {
        setRunning(false)
        setProblem(failed)
      }
    })
  }
  return (
    <Section
      id="preflight"
      title={text.preflight}
      lead={text.preflightLead}
      action={
        <Button size="small" isPending={isRunning} onPress={start}>
          {progress === null ? text.check : text.checkAgain}
        </Button>
      }
    >
      {progress === null ? null : (
        <div className="card-body">
          {problem ? <Failure problem={problem} onRetry={start} /> : null}
          {progress.result ? (
            <Notice tone={tones[progress.result]} title={results[progress.result]} live />
          ) : null}
          {isRunning && progress.result === null ? (
            <p className="soft" role="status">
              {progress.doing ? text.checking(progress.doing) : text.checkStart}
            </p>
          ) : null}
          <ul className="stack stack-tight">
            {progress.lines.map((line) => (
              <Line key={`${line.name} ${line.detail}`} line={line} />
            ))}
          </ul>
        </div>
      )}
    </Section>
  )
}
