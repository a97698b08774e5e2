/** Rows whose columns are read in parts: which columns go together, and whether the parts are of one version. */

export type Row = Readonly<Record<string, unknown>>

/** Bytes of a select list in an address: each comma and space becomes three. */
export const sizeOf = (names: ReadonlyArray<string>): number =>
  names.reduce((size, name) => size + encodeURIComponent(name).length + 6, 0)

/** Every part has the Id and the stamp, by which parts are joined. */
export const columnParts = (
  select: ReadonlyArray<string>,
  of: { readonly stamp: string | null; readonly room: number }
): ReadonlyArray<ReadonlyArray<string>> => {
  if (sizeOf(select) <= of.room) return [select]
  const shared = ["Id", ...(of.stamp === null ? [] : [of.stamp])]
  const parts: Array<ReadonlyArray<string>> = []
  let part: ReadonlyArray<string> = shared
  for (const name of select) {
    if (shared.includes(name)) continue
    if (sizeOf([...part, name]) > of.room) {
      parts.push(part)
      part = shared
    }
    part = [...part, name]
  }
  return [...parts, part]
}

const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null

/** Parents are objects in the row: their fields may be of several parts. */
const joined = (one: Row, other: Row): Row => {
  const row: Record<string, unknown> = { ...one }
  for (const [name, value] of Object.entries(other)) {
    const known = row[name]
    row[name] = isRow(known) && isRow(value) ? joined(known, value) : value
  }
  return row
}

const idOf = (row: Row): string => String(row.Id)

export interface MergedParts {
  readonly whole: ReadonlyArray<Row>
  /** Ids of rows to be read again. */
  readonly open: ReadonlyArray<string>
}

/**
 * A row is whole when all its parts have one stamp, and that is from before the reading began: a second change
 * within the same second would not show. A row that only some parts have went meanwhile: it is read again, too.
 */
export const mergeParts = (
  parts: ReadonlyArray<ReadonlyArray<Row>>,
  of: { readonly stamp: string | null; readonly settledBefore: number }
): MergedParts => {
  const versions = new Map<string, ReadonlyArray<Row>>()
  for (const row of parts.flat()) versions.set(idOf(row), [...(versions.get(idOf(row)) ?? []), row])
  const whole: Array<Row> = []
  const open: Array<string> = []
  const { stamp } = of
  const isWhole = (rows: ReadonlyArray<Row>): boolean => {
    if (rows.length !== parts.length) return false
    if (stamp === null) return true
    const [first] = rows
    const at = Date.parse(String(first?.[stamp]))
    return rows.every((row) => row[stamp] === first?.[stamp]) && !(at >= of.settledBefore)
  }
  for (const [id, rows] of versions) {
    if (isWhole(rows)) whole.push(rows.reduce(joined))
    else open.push(id)
  }
  return { whole, open }
}
