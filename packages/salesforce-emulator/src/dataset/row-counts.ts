/** `--rows Account=200000,Contact=1000000`: how many rows of which objects. */

/** Counts by object name; throws a text that says what is wrong. */
export const readRowCounts = (texts: ReadonlyArray<string>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const part of texts.flatMap((text) => text.split(","))) {
    const [, object, count] = /^\s*(\w+)\s*=\s*(\d[\d_]*)\s*$/.exec(part) ?? []
    if (object === undefined || count === undefined) {
      throw new Error(`not an object and a number of rows, such as Account=1000000: ${part}`)
    }
    counts[object] = Number(count.replaceAll("_", ""))
  }
  return counts
}
