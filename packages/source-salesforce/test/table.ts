/**
 * A table in memory that takes in what a source reads, as destinations must: segments together with their
 * checkpoint, the newer version of a row by its stamp. Rows are read by a CSV parser that is not ours.
 */
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import {
  type Advance,
  type Failure,
  moveParts,
  type PartAdvance,
  type ReadContext,
  type ReadyStream,
  type RowDifference,
  type Segment,
  type Source,
  type StreamCheckpoint
} from "@decant/connector"
import { parse } from "csv-parse/sync"
import { Effect, type Stream, Stream as Streams } from "effect"

export type Cells = Readonly<Record<string, string>>

export interface Table {
  readonly rows: Map<string, Cells>
  readonly segments: Set<string>
  checkpoint: StreamCheckpoint | null
  generation: number
  /** Rows received in all. */
  read: number
}

export const newTable = (): Table => ({
  rows: new Map(),
  segments: new Set(),
  checkpoint: null,
  generation: 1,
  read: 0
})

export const rowsOf = (segment: Segment): ReadonlyArray<Cells> =>
  segment.files.flatMap((file) => {
    const bytes = readFileSync(file.path)
    const text = file.gzip ? gunzipSync(bytes) : bytes
    return parse(text, { columns: true }) as ReadonlyArray<Cells>
  })

const stampOf = (row: Cells): number => Date.parse(row.SystemModstamp ?? "")

const apply = (table: Table, { effect }: Segment, row: Cells): void => {
  const id = row.Id ?? ""
  const stored = table.rows.get(id)
  if (effect === "upsert" && (stored === undefined || stampOf(row) >= stampOf(stored)))
    table.rows.set(id, row)
  if (stored === undefined) return
  if (effect === "patch" && stampOf(row) === stampOf(stored)) table.rows.set(id, { ...stored, ...row })
  if (effect === "delete" && stampOf(row) >= stampOf(stored)) {
    table.rows.set(id, { ...stored, IsDeleted: "true" })
  }
}

/** Rows of the whole table that a complete list does not name. */
const applyPresent = (table: Table, segment: Segment): void => {
  const present = new Set(rowsOf(segment).map(({ Id }) => Id))
  for (const [id, row] of table.rows) {
    if (!present.has(id)) table.rows.set(id, { ...row, IsDeleted: "true" })
  }
}

const takeIn = (table: Table, segments: ReadonlyArray<Segment>, generation: number): void => {
  for (const segment of segments) {
    if (segment.generation !== generation) throw new Error("a segment of another generation")
    if (segment.generation !== table.generation) {
      table.rows.clear()
      table.generation = segment.generation
    }
    table.segments.add(segment.id)
    if (segment.effect === "present") {
      applyPresent(table, segment)
      continue
    }
    for (const row of rowsOf(segment)) {
      table.read++
      apply(table, segment, row)
    }
  }
}

const commit = (table: Table, { segments, checkpoint }: Advance): void => {
  takeIn(table, segments, checkpoint.generation)
  table.checkpoint = { ...checkpoint, version: (table.checkpoint?.version ?? 0) + 1 }
}

/** False, and nothing is taken in, when another writer has moved the items. */
const commitPart = (table: Table, { segments, part }: PartAdvance): boolean => {
  const stored = table.checkpoint
  if (stored === null) throw new Error("a part of nothing")
  const moved = moveParts(stored, part)
  if (moved === null || moved === "moved") return moved !== null
  takeIn(table, segments, stored.generation)
  table.checkpoint = { ...moved, version: stored.version + 1 }
  return true
}

/** As `pour`, of one part; it stops also where another writer was first. */
export const pourPart = <E>(
  table: Table,
  advances: Stream.Stream<PartAdvance, E>,
  most: number = Number.POSITIVE_INFINITY
): Effect.Effect<{ readonly taken: ReadonlyArray<PartAdvance>; readonly wasFirst: boolean }, E> =>
  Effect.map(
    Streams.runCollect(
      (Number.isFinite(most) ? Streams.take(advances, most) : advances).pipe(
        Streams.map((advance) => ({ advance, isIn: commitPart(table, advance) })),
        Streams.takeUntil(({ isIn }) => !isIn)
      )
    ),
    (all) => ({
      taken: all.filter(({ isIn }) => isIn).map(({ advance }) => advance),
      wasFirst: all.every(({ isIn }) => isIn)
    })
  )

/** Commits advances as they come; with `most`, stops after so many, as a crash does. */
export const pour = <E>(
  table: Table,
  advances: Stream.Stream<Advance, E>,
  most: number = Number.POSITIVE_INFINITY
): Effect.Effect<ReadonlyArray<Advance>, E> =>
  Streams.runCollect(
    (Number.isFinite(most) ? Streams.take(advances, most) : advances).pipe(
      Streams.map((advance) => {
        commit(table, advance)
        return advance
      })
    )
  )

/** Plans one stream from the table's checkpoint; it must be ready. */
export const planOf = (
  source: Source,
  stream: string,
  table: Table,
  refresh = false
): Effect.Effect<ReadyStream, Failure> =>
  Effect.map(
    source.plan({
      checkpoints: table.checkpoint === null ? {} : { [stream]: table.checkpoint },
      only: [stream],
      fullRefresh: refresh ? [stream] : []
    }),
    ([plan]) => {
      if (plan?.status !== "ready") throw new Error(`${stream}: ${JSON.stringify(plan)}`)
      return plan
    }
  )

const kindOfPair = (theirs: Cells | undefined, ours: Cells | undefined): RowDifference["kind"] | null => {
  if (ours === undefined) return "missing"
  if (theirs === undefined) return ours.IsDeleted === "true" ? null : "extra"
  if (stampOf(theirs) !== stampOf(ours)) return "stamp"
  return theirs.IsDeleted === ours.IsDeleted ? null : "values"
}

/** How the listed rows differ from the table's that were committed before the cut. */
const compareWith =
  (table: Table): NonNullable<ReadContext["compare"]> =>
  ({ segments, before, limit }) =>
    Effect.sync(() => {
      const listed = new Map(segments.flatMap(rowsOf).map((row) => [row.Id ?? "", row]))
      const cut = Date.parse(before ?? "3000-01-01")
      const isLate = (row: Cells | undefined): boolean => row !== undefined && stampOf(row) >= cut
      const kindOf = (id: string): RowDifference["kind"] | null => {
        const [theirs, ours] = [listed.get(id), table.rows.get(id)]
        if (isLate(theirs) || isLate(ours)) return null
        return kindOfPair(theirs, ours)
      }
      const counts = { missing: 0, extra: 0, doubled: 0, stamp: 0, values: 0 }
      const rows: Array<RowDifference> = []
      for (const key of new Set([...listed.keys(), ...table.rows.keys()])) {
        const kind = kindOf(key)
        if (kind === null) continue
        counts[kind]++
        rows.push({ key, kind, stored: null, actual: null, readAt: null, columns: [] })
      }
      return { kind: "differences", compared: listed.size, movedOn: 0, counts, rows: rows.slice(0, limit) }
    })

/** Plans one stream and takes everything in; `compares` where the table answers what it has. */
export const sync = (
  source: Source,
  stream: string,
  table: Table,
  spool: string,
  of: { readonly refresh?: boolean; readonly compares?: boolean } = {}
) =>
  Effect.gen(function* () {
    const plan = yield* planOf(source, stream, table, of.refresh)
    const compare = of.compares === true ? { compare: compareWith(table) } : {}
    const advances = yield* pour(table, source.read(plan, { spool, report: () => Effect.void, ...compare }))
    return { plan, advances }
  })

const same = (cell: string, value: unknown): boolean => {
  if (value === null || value === undefined) return cell === ""
  if (typeof value === "number") return Number(cell) === value
  if (typeof value === "boolean") return cell === String(value)
  const text = String(value)
  return cell === text || (/T.*\+0000$/.test(text) && Date.parse(cell) === Date.parse(text))
}

/** Every difference between the table and the org's own rows, over the columns that the table has. */
export const differences = (
  table: Table,
  truth: ReadonlyMap<string, Readonly<Record<string, unknown>>>
): ReadonlyArray<string> => {
  const missing = [...truth.keys()].filter((id) => !table.rows.has(id)).map((id) => `${id} is missing`)
  const wrong = [...table.rows].flatMap(([id, row]) => {
    const true_ = truth.get(id)
    if (true_ === undefined) return [`${id} is too many`]
    return Object.entries(row)
      .filter(([column, cell]) => !column.includes(".") && !same(cell, true_[column]))
      .map(([column, cell]) => `${id}.${column}: ${cell} instead of ${String(true_[column])}`)
  })
  return [...missing, ...wrong]
}
