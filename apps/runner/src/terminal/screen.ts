/**
 * Where a command speaks: its answer goes to stdout, everything else to stderr, so that `decant … --json | jq`
 * and `decant query … > file.csv` get the answer and nothing else.
 */
import { styleText } from "node:util"
import { Effect } from "effect"
import { wrapped } from "./wrap.ts"

/** Lines that stay at the bottom of the terminal and are redrawn in place. */
interface LiveLines {
  readonly erase: () => string
  readonly draw: () => string
}

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan"

export interface Surface {
  readonly isTerminal: boolean
  readonly columns: number
  readonly rows: number
  readonly paint: (style: Style, text: string) => string
}

export interface Screen {
  readonly json: boolean
  readonly quiet: boolean
  readonly out: Surface
  readonly err: Surface
  /** The command's answer, on stdout. */
  readonly answer: (text: string) => Effect.Effect<void>
  /** What a person may want to know meanwhile, on stderr; `--quiet` leaves it out. */
  readonly note: (text: string) => Effect.Effect<void>
  /** What went wrong, on stderr in any case. */
  readonly complain: (text: string) => Effect.Effect<void>
  /** Keeps live lines below everything that is said, until detached. */
  readonly attach: (live: LiveLines) => void
  readonly detach: () => void
  readonly redraw: () => void
}

const surface = (stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Surface => {
  const isTerminal = stream.isTTY === true
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "0"
  const colour = (forced || isTerminal) && !env.NO_COLOR && env.TERM !== "dumb"
  return {
    isTerminal,
    get columns() {
      return stream.columns || 80
    },
    get rows() {
      return stream.rows || 24
    },
    paint: (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text)
  }
}

/** Of the process, as its terminal is: whoever speaks does so above them. */
let live: LiveLines | null = null

export const openScreen = (of: { readonly json: boolean; readonly quiet: boolean }): Screen => {
  const err = surface(process.stderr, process.env)
  const toStderr = (text: string): void => {
    process.stderr.write(live === null ? text : `${live.erase()}${text}${live.draw()}`)
  }
  return {
    ...of,
    out: surface(process.stdout, process.env),
    err,
    answer: (text) =>
      Effect.sync(() => {
        if (live !== null) process.stderr.write(live.erase())
        process.stdout.write(text.endsWith("\n") ? text : `${text}\n`)
        if (live !== null) process.stderr.write(live.draw())
      }),
    note: (text) => (of.quiet ? Effect.void : Effect.sync(() => toStderr(`${wrapped(text, err)}\n`))),
    complain: (text) => Effect.sync(() => toStderr(`${wrapped(text, err)}\n`)),
    attach: (lines) => {
      live = lines
      process.stderr.write(lines.draw())
    },
    detach: () => {
      if (live !== null) process.stderr.write(live.erase())
      live = null
    },
    redraw: () => {
      if (live !== null) process.stderr.write(`${live.erase()}${live.draw()}`)
    }
  }
}
