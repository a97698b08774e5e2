/** Long lines on a terminal break between words, and what follows hangs under what it belongs to. */
import type { Surface } from "./screen.ts"
import { fits, width } from "./width.ts"

const label = /^(\s*(?:(?:Fix|Error|Cause|More|Warning):\s+|[✔✘!‖]\s+)?)/u

// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour before the label is not part of it
const colour = /\u001b\[\d+m/g

/** Continued lines begin under the first word after a label such as `Fix:`. */
const hangOf = (line: string): number => width(label.exec(line.replaceAll(colour, ""))?.[0] ?? "")

/** Words; a command in backticks is one, so that it can be copied. */
const pieces = /(?:[^\s`]|`[^`]*`|`)+/g

export const wrapLine = (line: string, columns: number, hang = hangOf(line)): ReadonlyArray<string> => {
  if (fits(line, columns)) return [line]
  const space = " ".repeat(Math.min(hang, Math.floor(columns / 2)))
  const lines: Array<string> = []
  const start = /^\s*/.exec(line)?.[0] ?? ""
  let current = start
  let fresh = true
  for (const [word] of line.slice(start.length).matchAll(pieces)) {
    if (!fresh && width(current) + 1 + width(word) > columns) {
      lines.push(current)
      current = space + word
      continue
    }
    current = fresh ? current + word : `${current} ${word}`
    fresh = false
  }
  return [...lines, current]
}

/** As it is where nobody's window has a width. */
export const wrapped = (text: string, surface: Surface): string =>
  surface.isTerminal
    ? text
        .split("\n")
        .flatMap((line) => wrapLine(line, surface.columns))
        .join("\n")
    : text
