/**
 * Data files and the ranges of keys that they hold. Files whose ranges overlap form one part; the parts lie one
 * after the other and divide all possible keys among them, so that the rows of a commit say which parts they
 * belong to, and only those are read and written.
 */
import { Option, Schema } from "effect"
import type { AddFile } from "./delta/actions.ts"

/** A file is split when it grows beyond this. */
export const fileRows = 1_000_000
export const fileBytes = 128 * 1024 * 1024

const FileStats = Schema.Struct({
  numRecords: Schema.Finite,
  minValues: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
  maxValues: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
})
const decodeStats = Schema.decodeUnknownOption(Schema.fromJsonString(FileStats))

export interface DataFile {
  readonly add: AddFile
  readonly rows: number
  /** Smallest and greatest key; null where that is not known or the key is not text. */
  readonly low: string | null
  readonly high: string | null
}

const text = (value: unknown): string | null => (typeof value === "string" ? value : null)

export const rangeOf = (stats: AddFile["stats"], key: string | null): Pick<DataFile, "low" | "high"> => {
  const found = Option.getOrUndefined(decodeStats(stats))
  return {
    low: key === null ? null : text(found?.minValues?.[key]),
    high: key === null ? null : text(found?.maxValues?.[key])
  }
}

export const dataFile = (add: AddFile, key: string | null): DataFile => ({
  add,
  rows: Option.getOrUndefined(decodeStats(add.stats))?.numRecords ?? 0,
  ...rangeOf(add.stats, key)
})

export const rowsOfFiles = (files: ReadonlyArray<DataFile>): number =>
  files.reduce((sum, file) => sum + file.rows, 0)

export interface Part {
  /** Keys from here on, up to the next part, belong to it; the first part begins at the empty text. */
  readonly from: string
  readonly files: ReadonlyArray<DataFile>
}

const order = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

export const bytesOf = (files: ReadonlyArray<DataFile>): number =>
  files.reduce((bytes, { add }) => bytes + add.size, 0)

const isFull = (files: ReadonlyArray<DataFile>): boolean =>
  rowsOfFiles(files) >= fileRows * 0.75 || bytesOf(files) >= fileBytes * 0.75

/** Neighbours that are small together become one file when one of them is written anyway. */
const isSmall = (files: ReadonlyArray<DataFile>): boolean =>
  rowsOfFiles(files) <= fileRows / 8 && bytesOf(files) <= fileBytes / 8

/** At least one part. The last one is empty when the one before it is full, for the rows that are still to come. */
export const partsOf = (files: ReadonlyArray<DataFile>): ReadonlyArray<Part> => {
  const known = files.flatMap((file) =>
    file.low === null || file.high === null ? [] : [{ file, low: file.low, high: file.high }]
  )
  if (known.length < files.length) return [{ from: "", files }]
  const groups: Array<{ low: string; high: string; files: Array<DataFile> }> = []
  for (const { file, low, high } of known.sort((a, b) => order(a.low, b.low))) {
    const last = groups.at(-1)
    const apart = last === undefined || (order(low, last.high) > 0 && !isSmall([...last.files, file]))
    if (apart) groups.push({ low, high, files: [file] })
    else {
      last.files.push(file)
      if (order(high, last.high) > 0) last.high = high
    }
  }
  const parts = groups.map((group, at): Part => ({ from: at === 0 ? "" : group.low, files: group.files }))
  const last = groups.at(-1)
  if (last === undefined) return [{ from: "", files: [] }]
  return isFull(last.files) ? [...parts, { from: `${last.high}0`, files: [] }] : parts
}

/** Positions of the parts that hold keys of a half-open range. */
export const partsWithin = (
  parts: ReadonlyArray<Part>,
  range: { readonly from: string | null; readonly to: string | null }
): ReadonlyArray<number> =>
  parts.flatMap((part, at) => {
    const next = parts[at + 1]?.from
    const before = range.to !== null && order(part.from, range.to) >= 0
    const after = range.from !== null && next !== undefined && order(next, range.from) <= 0
    return before || after ? [] : [at]
  })
