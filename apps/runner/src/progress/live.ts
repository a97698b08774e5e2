/** Lines that move: only where a person looks at a terminal that can redraw. */
import type { Screen } from "../terminal/screen.ts"

export const redrawEveryMillis = 100

const turns = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

export const spin = (turn: number): string => turns[turn % turns.length] ?? ""

export const isLive = (screen: Screen): boolean =>
  screen.err.isTerminal && !screen.quiet && !process.env.NO_COLOR && process.env.TERM !== "dumb"
