/** How far a load is: one line that moves on a terminal, else a plain line every few seconds. */
import type { LoadProgress } from "@decant/org"
import { Effect } from "effect"
import { isLive, redrawEveryMillis, spin } from "../progress/live.ts"
import { byteSize, clock, count, counted } from "../terminal/numbers.ts"
import type { Screen } from "../terminal/screen.ts"
import { cut } from "../terminal/text-table.ts"

const plainEveryMillis = 5_000

const lineOf = (progress: LoadProgress, startedAt: number): string => {
  const { phase, bytesSent, bytes, processed, rows, failed } = progress
  const seconds = (Date.now() - startedAt) / 1000
  const rate = processed > 0 && seconds > 0 ? `${count(processed / seconds)}/s` : ""
  const left =
    processed > 0 && processed < rows ? `${clock(((rows - processed) * seconds) / processed)} left` : ""
  return [
    phase,
    phase === "uploading" && bytesSent > 0 ? `${byteSize(bytesSent)} of ${byteSize(bytes)}` : "",
    processed > 0 ? `${count(processed)} of ${counted(rows, "row")}` : counted(rows, "row"),
    failed > 0 ? `${count(failed)} refused` : "",
    rate,
    left
  ]
    .filter((part) => part !== "")
    .join(", ")
}

interface LoadDisplay {
  readonly update: (progress: LoadProgress) => void
  readonly close: () => void
}

export const showLoad = (screen: Screen): LoadDisplay => {
  const startedAt = Date.now()
  let last: LoadProgress | null = null
  let saidAt = startedAt
  let turn = 0
  const live = isLive(screen)
  const timer = live ? setInterval(screen.redraw, redrawEveryMillis) : null
  if (live) {
    let drawn = false
    screen.attach({
      erase: () => (drawn ? "\r\u001b[2K" : ""),
      draw: () => {
        drawn = true
        if (last === null) return ""
        return cut(`${spin(turn++)} ${lineOf(last, startedAt)}`, screen.err.columns - 1)
      }
    })
  }
  return {
    update: (progress) => {
      last = progress
      if (live || Date.now() - saidAt < plainEveryMillis) return
      saidAt = Date.now()
      Effect.runSync(screen.note(lineOf(progress, startedAt)))
    },
    close: () => {
      if (timer !== null) clearInterval(timer)
      if (live) screen.detach()
    }
  }
}
