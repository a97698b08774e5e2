/** A run as it goes: the server sends the whole of it first, so a reload or a broken line loses nothing. */
import type { LogLine, Run, RunEvent } from "@decant/api"
import { useEffect, useState } from "react"
import { listen } from "./api.ts"
import type { Problem } from "./problem.ts"

export interface LiveRun {
  readonly run: Run | null
  readonly log: ReadonlyArray<LogLine>
  readonly problem: Problem | null
}

const nothing: LiveRun = { run: null, log: [], problem: null }
const againAfterMs = 1_500

const after = (now: LiveRun, event: RunEvent): LiveRun => {
  switch (event._tag) {
    case "run":
    case "ended":
      return { ...now, run: event.run, problem: null }
    case "summary":
      return now.run === null ? now : { ...now, run: { ...now.run, ...event.run } }
    case "stream": {
      if (now.run === null) return now
      const { stream } = event
      const known = now.run.streams.some((other) => other.stream === stream.stream)
      const streams = known
        ? now.run.streams.map((other) => (other.stream === stream.stream ? stream : other))
        : [...now.run.streams, stream]
      return { ...now, run: { ...now.run, streams } }
    }
    case "log":
      return { ...now, log: [...now.log, event.line] }
  }
}

export const useRun = (id: string): LiveRun => {
  const [live, setLive] = useState<LiveRun>(nothing)
  useEffect(() => {
    setLive(nothing)
    let stop: () => void = () => undefined
    let again: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    const open = () => {
      let isFirst = true
      stop = listen((client) => client.runs.events({ params: { run: id } }), {
        next: ({ data }) => {
          isOver = isOver || data._tag === "ended"
          const begin = isFirst
          isFirst = false
          setLive((now) => after(begin ? { ...now, log: [] } : now, data))
        },
        ended: (problem) => {
          if (isOver) return
          setLive((now) => ({ ...now, problem }))
          if (problem === null || problem.code === "OFFLINE") again = setTimeout(open, againAfterMs)
        }
      })
    }
    open()
    return () => {
      clearTimeout(again)
      stop()
    }
  }, [id])
  return live
}
