/**
 * How many rows to ask for at a time: halves of the usual size, so that a page that is fetched again after a crash can
 * be recognised by its size.
 */
import type { Tuning } from "../tuning.ts"

const HALVINGS = 6

export const pageSizes = (pageRows: number): ReadonlyArray<number> =>
  Array.from({ length: HALVINGS + 1 }, (_, halvings) => Math.max(1, Math.floor(pageRows / 2 ** halvings)))

/** Half as many after a page that took too long, twice as many after one that took next to no time. */
export const sizeAfter = (
  { millis }: { readonly millis: number | null },
  rows: number,
  { pageRows, pageMillis }: Pick<Tuning, "pageRows" | "pageMillis">
): number => {
  const sizes = pageSizes(pageRows)
  const at = sizes.indexOf(rows)
  if (millis === null || at === -1) return rows
  if (millis > pageMillis) return sizes[at + 1] ?? rows
  return millis < pageMillis / 4 ? (sizes[at - 1] ?? rows) : rows
}
