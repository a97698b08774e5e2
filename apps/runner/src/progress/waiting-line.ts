/** What a command is waiting for before there is more to show: one line on a terminal, nothing elsewhere. */
import { Effect } from "effect"
import { clock } from "../terminal/numbers.ts"
import type { Screen } from "../terminal/screen.ts"
import { cut } from "../terminal/text-table.ts"
import { isLive, redrawEveryMillis, spin } from "./live.ts"

const show = (screen: Screen, text: string): (() => void) => {
  const { err } = screen
  const since = Date.now()
  let turn = 0
  let drawn = false
  screen.attach({
    erase: () => {
      const erased = drawn ? "\u001b[1A\r\u001b[J" : ""
      drawn = false
      return erased
    },
    draw: () => {
      drawn = true
      const seconds = (Date.now() - since) / 1000
      const time = seconds < 2 ? "" : `  ${clock(seconds)}`
      return `${err.paint("cyan", spin(turn))} ${cut(`${text}${time}`, err.columns - 3)}\n`
    }
  })
  const timer = setInterval(() => {
    turn++
    screen.redraw()
  }, redrawEveryMillis)
  return () => {
    clearInterval(timer)
    screen.detach()
  }
}

export const during =
  (screen: Screen, text: string) =>
  <A, E, R>(body: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    isLive(screen)
      ? Effect.acquireUseRelease(
          Effect.sync(() => show(screen, text)),
          () => body,
          (end) => Effect.sync(end)
        )
      : body
