/** Tables for a terminal: numbers to the right, wide cells cut to the width of the window. */
import type { Surface } from "./screen.ts"
import { fits, graphemes, width } from "./width.ts"

export interface TableColumn {
  readonly name: string
  readonly align: "left" | "right"
  /** May be left out where the window is narrow; the smallest number goes first. */
  readonly spare?: number
}

/** Null is shown dim, so that it is not mistaken for text. */
export type Cell = string | null

const gap = "  "
const narrowest = 6
/** An Id of Salesforce or a time to the second. */
const comfortable = 20
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g
const named: Readonly<Record<string, string>> = { "\n": "⏎", "\r": "", "\t": " " }

/** Data may hold anything; nothing of it may steer the terminal. */
export const printable = (text: string): string =>
  text.replace(control, (character) => named[character] ?? "�")

export const cut = (text: string, columns: number): string => {
  if (fits(text, columns)) return text
  let kept = ""
  let used = 0
  for (const { segment } of graphemes(text)) {
    const next = width(segment)
    if (used + next > columns - 1) break
    kept += segment
    used += next
  }
  return `${kept}…`
}

const pad = (text: string, columns: number, align: TableColumn["align"]): string => {
  const space = " ".repeat(Math.max(0, columns - width(text)))
  return align === "right" ? space + text : text + space
}

const sum = (widths: ReadonlyArray<number>): number => widths.reduce((all, next) => all + next, 0)

const lineWidth = (widths: ReadonlyArray<number>): number => sum(widths) + gap.length * (widths.length - 1)

/** Takes from the widest columns of text first until the line fits, but leaves each readable; a cut number lies. */
const fit = (
  wanted: ReadonlyArray<number>,
  { columns, surface }: Pick<Table, "columns" | "surface">
): ReadonlyArray<number> => {
  if (lineWidth(wanted) <= surface.columns) return wanted
  const within = (limit: number): ReadonlyArray<number> =>
    wanted.map((one, index) => (columns[index]?.align === "right" ? one : Math.min(one, limit)))
  let low = narrowest
  let high = Math.max(...wanted)
  while (low < high) {
    const limit = Math.ceil((low + high) / 2)
    if (lineWidth(within(limit)) <= surface.columns) low = limit
    else high = limit - 1
  }
  return within(low)
}

interface Table {
  readonly columns: ReadonlyArray<TableColumn>
  readonly rows: ReadonlyArray<ReadonlyArray<Cell>>
  readonly surface: Surface
  /** A last row under a rule, e.g. a total. */
  readonly footer?: ReadonlyArray<Cell>
}

const naturalWidths = ({ columns, rows, footer }: Table): ReadonlyArray<number> =>
  columns.map((column, index) =>
    [...rows, footer ?? []].reduce(
      (widest, row) => Math.max(widest, width(row[index] === undefined ? "" : (row[index] ?? "null"))),
      width(column.name)
    )
  )

/** Leaves out what the table can do without, until the line fits. */
const withoutSpare = (table: Table): Table => {
  if (lineWidth(naturalWidths(table)) <= table.surface.columns) return table
  const first = Math.min(...table.columns.map(({ spare }) => spare ?? Number.POSITIVE_INFINITY))
  const gone = table.columns.findIndex(({ spare }) => spare === first)
  if (gone === -1) return table
  const without = <A>(cells: ReadonlyArray<A>): ReadonlyArray<A> => cells.filter((_, index) => index !== gone)
  return withoutSpare({
    surface: table.surface,
    columns: without(table.columns),
    rows: table.rows.map(without),
    ...(table.footer === undefined ? {} : { footer: without(table.footer) })
  })
}

/** Leaves out the last columns when there are more than can be read side by side, and says how many. */
const readable = (table: Table): Table => {
  const room = table.surface.columns - "  … 99 more".length
  let used = 0
  const least = naturalWidths(table).map((one) => Math.min(one, comfortable))
  if (lineWidth(least) <= table.surface.columns) return table
  const end = least.findIndex((one) => {
    used += one + gap.length
    return used > room
  })
  if (end === -1) return table
  const kept = Math.max(1, end)
  const more: TableColumn = { name: `… ${table.columns.length - kept} more`, align: "left" }
  return {
    surface: table.surface,
    columns: [...table.columns.slice(0, kept), more],
    rows: table.rows.map((row) => [...row.slice(0, kept), ""])
  }
}

const printableCells = (table: Table): Table => ({
  ...table,
  columns: table.columns.map((column) => ({ ...column, name: printable(column.name) })),
  rows: table.rows.map((row) => row.map((cell) => (cell === null ? null : printable(cell))))
})

export const textTable = (given: Table): string => {
  const { surface } = given
  const whole = printableCells(given)
  const safe = surface.isTerminal ? withoutSpare(whole) : whole
  const table = surface.isTerminal && safe.footer === undefined ? readable(safe) : safe
  const { columns, rows, footer } = table
  const natural = naturalWidths(table)
  const widths = surface.isTerminal ? fit(natural, table) : natural
  const line = (row: ReadonlyArray<Cell>): string =>
    columns
      .map((column, index) => {
        const cell = row[index] ?? null
        const columnWidth = widths[index] ?? 0
        const text = pad(cut(cell ?? "null", columnWidth), columnWidth, column.align)
        return cell === null ? surface.paint("dim", text) : text
      })
      .join(gap)
      .trimEnd()
  const rule = surface.paint("dim", widths.map((columnWidth) => "─".repeat(columnWidth)).join(gap))
  return [
    surface.paint("bold", line(columns.map((column) => column.name))),
    rule,
    ...rows.map(line),
    ...(footer === undefined ? [] : [rule, line(footer)])
  ].join("\n")
}
