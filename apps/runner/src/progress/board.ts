/**
 * Shows a run while it goes: on a terminal one line per stream, redrawn in place; elsewhere (or with
 * NO_COLOR) a plain line every few seconds and one when a stream ends.
 */
import type { Progress, StreamPlan } from "@decant/connector"
import { Effect, type Scope } from "effect"
import type { StreamTally } from "../sync/stream-tally.ts"
import type { Screen } from "../terminal/screen.ts"
import { cut } from "../terminal/text-table.ts"
import { endMark, endText } from "./end-line.ts"
import { isLive, redrawEveryMillis, spin } from "./live.ts"
import { addProgress, newStreamProgress, progressParts, type StreamProgress } from "./stream-progress.ts"

export interface Board {
  readonly begin: (stream: string) => void
  readonly update: (progress: Progress) => void
  readonly end: (tally: StreamTally) => void
  readonly close: () => void
}

const plainEveryMillis = 5_000

const silent: Board = { begin: () => {}, update: () => {}, end: () => {}, close: () => {} }

const plainBoard = (screen: Screen, streams: ReadonlyArray<string>): Board => {
  const all = new Map(streams.map((stream) => [stream, newStreamProgress(stream)]))
  const saidAt = new Map<string, number>()
  const say = (text: string): void => Effect.runSync(screen.note(text))
  return {
    begin: (stream) => {
      const progress = all.get(stream)
      if (progress !== undefined) progress.startedAt = Date.now()
      saidAt.set(stream, Date.now())
    },
    update: (event) => {
      const progress = all.get(event.stream)
      if (progress === undefined) return
      const now = Date.now()
      addProgress(progress, event, now)
      if (now - (saidAt.get(event.stream) ?? 0) < plainEveryMillis) return
      saidAt.set(event.stream, now)
      const parts = progressParts(progress, now)
      const shown = [parts.phase, parts.rows, parts.rate, parts.bytes, parts.time].filter(
        (part) => part !== ""
      )
      say(`${event.stream}: ${shown.join(", ")}`)
    },
    end: (tally) => say(`${tally.stream}: ${endText(tally)}`),
    close: () => {}
  }
}

const liveBoard = (screen: Screen, streams: ReadonlyArray<string>): Board => {
  const all = new Map(streams.map((stream) => [stream, newStreamProgress(stream)]))
  const ended = new Map<string, StreamTally>()
  const { err } = screen
  const nameWidth = Math.max(0, ...streams.map((stream) => stream.length))
  let drawn = 0
  let turn = 0

  const running = (progress: StreamProgress): string => {
    const parts = progressParts(progress, Date.now())
    if (progress.phase === "waiting") return "waiting"
    return [
      parts.phase.padEnd(9),
      parts.rows.padStart(12),
      parts.rate.padStart(10),
      parts.bytes.padStart(9),
      parts.time
    ]
      .join("  ")
      .trimEnd()
  }
  const line = (progress: StreamProgress): string => {
    const tally = ended.get(progress.stream)
    const mark = tally === undefined ? spin(turn) : endMark(tally)
    const text = cut(
      `${progress.stream.padEnd(nameWidth)}  ${tally === undefined ? running(progress) : endText(tally)}`,
      err.columns - 3
    )
    if (tally !== undefined) {
      return `${err.paint(tally.outcome.kind === "failed" ? "red" : "green", mark)} ${text}`
    }
    return progress.phase === "waiting" ? err.paint("dim", `  ${text}`) : `${err.paint("cyan", mark)} ${text}`
  }
  /** More streams than the window has lines: those at work, and how many are left. */
  const visible = (): ReadonlyArray<string> => {
    const room = Math.max(1, err.rows - 2)
    const every = [...all.values()]
    if (every.length <= room) return every.map(line)
    const active = every.filter((one) => one.phase !== "waiting" && !ended.has(one.stream))
    const rest = `  ${ended.size} of ${every.length} streams done`
    return [...active.slice(0, room - 1).map(line), err.paint("dim", rest)]
  }
  const lines = {
    erase: (): string => {
      const text = drawn === 0 ? "" : `\u001b[${drawn}A\r\u001b[J`
      drawn = 0
      return text
    },
    draw: (): string => {
      const shown = visible()
      drawn = shown.length
      return shown.map((one) => `${one}\n`).join("")
    }
  }
  screen.attach(lines)
  const timer = setInterval(() => {
    turn++
    screen.redraw()
  }, redrawEveryMillis)
  let open = true
  return {
    begin: (stream) => {
      const progress = all.get(stream)
      if (progress === undefined) return
      progress.startedAt = Date.now()
      progress.phase = "describe"
    },
    update: (event) => {
      const progress = all.get(event.stream)
      if (progress !== undefined) addProgress(progress, event, Date.now())
    },
    end: (tally) => void ended.set(tally.stream, tally),
    close: () => {
      if (!open) return
      open = false
      clearInterval(timer)
      // The last state stays above what follows.
      screen.redraw()
      drawn = 0
      screen.detach()
    }
  }
}

export const openBoard = (
  screen: Screen,
  plans: ReadonlyArray<StreamPlan>
): Effect.Effect<Board, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const streams = plans.filter((plan) => plan.status === "ready").map((plan) => plan.stream)
      if (screen.quiet || streams.length === 0) return silent
      return isLive(screen) ? liveBoard(screen, streams) : plainBoard(screen, streams)
    }),
    (board) => Effect.sync(() => board.close())
  )
