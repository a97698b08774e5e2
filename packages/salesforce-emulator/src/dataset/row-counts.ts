/** `--rows Account=200000,Contact=1000000`: how many rows of which objects; `--columns` counts fields alike. */

/** Counts by object name; throws a text that says what is wrong. */
export const readRowCounts = (texts: ReadonlyArray<string>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const part of texts.flatMap((text) => text.split(","))) {
    const [, object, count] = /^\s*(\w+)\s*=\s*(\d[\d_]*)\s*$/.exec(part) ?? []
    if (object === undefined || count === undefined) {
      throw new Error(`not an object and a number, such as Account=1000000: ${part}`)
    }
    counts[object] = Number(count.replaceAll("_", ""))
  }
  return counts
}

/** Beyond this many rows an org is kept on disk. */
const mostInMemory = 2_000_000

export const isLarge = (rows: Readonly<Record<string, number>>): boolean =>
  Object.values(rows).reduce((sum, count) => sum + count, 0) > mostInMemory
