/**
 * Whether a copy is what it must be after a quiet sync, cell by cell. Where the user of the marking copy cannot see
 * a row or a field, it must hold what it held when they last could: Salesforce does not say what became of them.
 *
 * A row that left a filter, or the org for good, is gone from the removing copy and marked in the marking one.
 */
import { isDeepStrictEqual } from "node:util"
import { ofTruth, same } from "../support/compare.ts"
import { type ChaosOrg, type Row, sharedObject } from "./chaos-org.ts"
import type { CopiedStream, Copy } from "./copies.ts"
import { type CopyState, readCopy } from "./copy-state.ts"
import type { Known } from "./known.ts"

export interface Comparison {
  readonly state: CopyState
  readonly differences: ReadonlyArray<string>
  /** Cells that were compared. */
  readonly cells: number
}

interface Comparing {
  readonly copy: Copy
  readonly known: Known
  readonly stream: CopiedStream
  readonly say: (text: string) => void
  readonly counted: (cells: number) => void
}

type Stored = Readonly<Record<string, unknown>>

/** What the row must hold in one column; the second is false where nothing can be said. */
const wantedCell = (of: Comparing, expected: Row, column: string): readonly [unknown, boolean] => {
  const field = `${of.stream.object}.${column}`
  const hidden = of.copy.name === "marking" ? of.known.hiddenFields.get(field) : undefined
  if (hidden !== undefined) return [hidden.get(expected.Id) ?? null, true]
  return [expected[column], !of.known.lostFields.has(field)]
}

const compareRow = (of: Comparing, expected: Row, stored: Stored): void => {
  for (const [column, value] of Object.entries(stored)) {
    const [wanted, known] = wantedCell(of, expected, column)
    if (!known) continue
    if (wanted === undefined) of.say(`${column} is not a field of the org`)
    else if (!same(value, ofTruth(wanted, value))) {
      of.say(
        `${expected.Id} ${column}: the copy has ${JSON.stringify(value)}, expected ${JSON.stringify(wanted)}`
      )
    }
  }
  of.counted(Object.keys(stored).length)
}

type Standing = "exact" | "absent" | "marked or absent"

const standingOf = ({ copy, stream }: Comparing, row: Row): Standing => {
  const inside = stream.holds?.(row) ?? true
  if (copy.deletes === "remove") return inside && row.IsDeleted !== true ? "exact" : "absent"
  return inside ? "exact" : "marked or absent"
}

const compareOne = (of: Comparing, row: Row, stored: Stored | undefined): void => {
  const hides = of.copy.name === "marking" && of.stream.object === sharedObject
  const frozen = hides ? of.known.hiddenRows.get(row.Id) : undefined
  if (frozen === null) {
    if (stored !== undefined) of.say(`${row.Id} was never shared and is in the copy`)
    return
  }
  const expected = frozen ?? row
  const standing = standingOf(of, expected)
  if (standing === "exact") {
    if (stored === undefined) of.say(`${row.Id} is missing`)
    else compareRow(of, expected, stored)
  } else if (stored !== undefined && (standing === "absent" || stored.IsDeleted !== true)) {
    of.say(`${row.Id} ${row.IsDeleted === true ? "is deleted" : "left the filter"} and stands in the copy`)
  }
}

/** Rows of the copy that the org no longer shows anybody. */
const compareGone = (of: Comparing, gone: ReadonlyArray<Stored>, purged: ReadonlySet<unknown>): void => {
  for (const { Id, IsDeleted } of gone) {
    if (!purged.has(Id)) of.say(`${Id} was never in the org`)
    else if (of.copy.deletes === "remove") of.say(`${Id} left the org and stands in the copy`)
    else if (IsDeleted !== true && !of.known.hiddenRows.has(String(Id))) of.say(`${Id} left the org unmarked`)
  }
}

const compareCheckpoint = (of: Comparing, state: CopyState, rows: ReadonlyArray<Stored>): void => {
  const stored = state.checkpoints.find(({ stream }) => stream === of.stream.stream)
  if (stored === undefined) {
    of.say("has no checkpoint")
    return
  }
  if (stored.rows !== rows.length) of.say(`checkpoint counts ${stored.rows} rows, there are ${rows.length}`)
  if (stored.phase !== "incremental") of.say(`is in phase ${stored.phase}`)
  if (!isDeepStrictEqual(stored.checkpoint.work, [])) of.say("has open work")
  if (!isDeepStrictEqual(stored.checkpoint, state.mirror[of.stream.stream])) {
    of.say("checkpoint file differs from the destination")
  }
}

/** Ids that the marking copy held at the last quiet sync: none of them may be lost. */
const compareKept = (of: Comparing, before: CopyState | null, ids: ReadonlySet<unknown>): void => {
  if (before === null || of.copy.deletes === "remove") return
  for (const { Id } of before.tables.get(of.stream.stream)?.rows ?? []) {
    if (!ids.has(Id)) of.say(`${Id} was in the copy and is lost`)
  }
}

export const compareCopy = async (of: {
  readonly org: ChaosOrg
  readonly known: Known
  readonly copy: Copy
  readonly before: CopyState | null
}): Promise<Comparison> => {
  const { org, known, copy, before } = of
  const state = await readCopy(copy)
  const differences: Array<string> = []
  let cells = 0
  for (const stream of copy.streams) {
    const truth = await known.rows(stream.object)
    const table = state.tables.get(stream.stream)
    const rows = table?.rows ?? []
    const comparing: Comparing = {
      copy,
      known,
      stream,
      say: (text) => void differences.push(`${copy.name} ${stream.stream}: ${text}`),
      counted: (count) => {
        cells += count
      }
    }
    const byId = new Map(rows.map((row) => [row.Id, row]))
    if (byId.size !== rows.length) comparing.say(`${rows.length - byId.size} Ids stand twice`)
    for (const row of truth) compareOne(comparing, row, byId.get(row.Id))
    const there = new Set<unknown>(truth.map(({ Id }) => Id))
    const gone = rows.filter(({ Id }) => !there.has(Id))
    const purged = gone.length === 0 ? [] : await org.truth(stream.object, true)
    compareGone(comparing, gone, new Set(purged.map(({ Id }) => Id)))
    compareKept(comparing, before, new Set(byId.keys()))
    compareCheckpoint(comparing, state, rows)
    const live = rows.filter(({ IsDeleted }) => IsDeleted !== true).length
    if (table?.live !== live) comparing.say(`its _live view has ${table?.live} rows, not ${live}`)
  }
  return { state, differences, cells }
}
