/** The screen of a run that nobody sits before: what it says becomes lines of its log. */
import { Effect } from "effect"
import type { Screen, Surface } from "../terminal/screen.ts"

const plain: Surface = { isTerminal: false, columns: 80, rows: 24, paint: (_, text) => text }

export const runScreen = (note: (text: string) => Effect.Effect<void>): Screen => ({
  json: false,
  quiet: false,
  out: plain,
  err: plain,
  answer: () => Effect.void,
  note,
  complain: note,
  attach: () => {},
  detach: () => {},
  redraw: () => {}
})
