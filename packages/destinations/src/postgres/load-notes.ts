/**
 * What says that a segment was copied into a generation's table: a note in `_decant.loads` from each transaction that
 * copied of it. One connection copies a whole segment, or two of them half of its files each; a copy is there when
 * all of its notes are. Of the copies that are there the commit accepts one.
 */
import { randomBytes } from "node:crypto"
import type { Segment } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Hidden } from "./hidden.ts"
import type { Sql } from "./sql.ts"
import { changedOutside } from "./target-table.ts"

const mine = "schema_name = $1 AND stream = $2 AND generation = $3"
const at = ({ layout, generation }: Hidden) => [layout.schema, layout.stream, generation]

/** What one transaction copies: a segment, or as much of it as a half has of its files. */
export interface Load {
  readonly segment: Segment
  readonly note: string
}

/** A note is of a segment, of a copy of it and, where that was made in two halves, of one of them. */
const noteOf = ({ id }: Segment): string => `${id}/${randomBytes(6).toString("hex")}`
const noteParts = /^(.*)\/([0-9a-f]{12})(?:-([12])of2)?$/s
const segmentOf = "regexp_replace(id, '/[0-9a-f]{12}(-[12]of2)?$', '')"

/** Of about as many bytes each. */
const halvesOf = ({ files }: Segment): readonly [Segment["files"], Segment["files"]] => {
  const half = files.reduce((sum, { bytes }) => sum + bytes, 0) / 2
  let before = 0
  const middle = files.findIndex(({ bytes }) => {
    before += bytes
    return before >= half
  })
  const cut = Math.min(middle + 1, files.length - 1)
  return [files.slice(0, cut), files.slice(cut)]
}

/** A segment alone is copied in two halves, or one connection would have nothing to do. */
export const loadsOf = (segments: ReadonlyArray<Segment>): ReadonlyArray<Load> =>
  segments.flatMap((segment): ReadonlyArray<Load> => {
    const note = noteOf(segment)
    if (segments.length > 1 || segment.files.length < 2) return [{ segment, note }]
    return halvesOf(segment).map((files, half) => ({
      segment: { ...segment, files },
      note: `${note}-${half + 1}of2`
    }))
  })

interface Copied {
  /** Of one whole copy: the one that was accepted, if one was. */
  readonly notes: ReadonlyArray<string>
  readonly accepted: boolean
}

/** For each of the segments of which there is a whole copy. */
export const copiedOf = Effect.fnUntraced(function* (
  sql: Sql,
  hidden: Hidden,
  ids: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyMap<string, Copied>, DestinationError> {
  const rows = yield* sql.rows(
    `SELECT id, committed FROM _decant.loads WHERE ${mine} AND ${segmentOf} = ANY($4) ORDER BY committed DESC, id`,
    [...at(hidden), ids]
  )
  const copies = new Map<string, { segment: string; notes: Array<string>; of: number; accepted: boolean }>()
  for (const { id, committed } of rows) {
    const [note = "", segment = "", copy = "", half] = noteParts.exec(String(id)) ?? []
    const known = copies.get(`${segment}/${copy}`)
    if (known === undefined) {
      const of = half === undefined ? 1 : 2
      copies.set(`${segment}/${copy}`, { segment, notes: [note], of, accepted: committed === true })
    } else known.notes.push(note)
  }
  const copied = new Map<string, Copied>()
  for (const { segment, notes, of, accepted } of copies.values()) {
    if (notes.length === of && !copied.has(segment)) copied.set(segment, { notes, accepted })
  }
  return copied
})

/** In the transaction that copies. */
export const noteLoad = (sql: Sql, hidden: Hidden, { note }: Load): Effect.Effect<number, DestinationError> =>
  sql.run("INSERT INTO _decant.loads VALUES ($1, $2, $4, $3, pg_current_xact_id()::xid::text, false)", [
    ...at(hidden),
    note
  ])

/** In the transaction of the checkpoint: one copy of each of these segments counts from now on. */
export const acceptLoads = Effect.fnUntraced(function* (
  sql: Sql,
  hidden: Hidden,
  ids: ReadonlyArray<string>
): Effect.fn.Return<void, DestinationError> {
  const copied = yield* copiedOf(sql, hidden, ids)
  if (ids.some((id) => !copied.has(id))) {
    return yield* changedOutside(hidden.layout, `what was copied into ${hidden.name} is gone`)
  }
  const chosen = [...copied.values()].flatMap(({ notes, accepted }) => (accepted ? [] : notes))
  yield* sql.run(`UPDATE _decant.loads SET committed = true WHERE ${mine} AND id = ANY($4)`, [
    ...at(hidden),
    chosen
  ])
})

/** Rows that no commit has accepted; nobody may be copying. */
export const removeUnaccepted = Effect.fnUntraced(function* (
  sql: Sql,
  hidden: Hidden
): Effect.fn.Return<void, DestinationError> {
  const rows = yield* sql.rows(
    `DELETE FROM _decant.loads WHERE ${mine} AND NOT committed RETURNING load_xid AS xid`,
    at(hidden)
  )
  if (rows.length === 0) return
  yield* sql.run(`DELETE FROM ${hidden.sql} WHERE xmin::text = ANY($1)`, [rows.map(({ xid }) => xid)])
})

export const forgetLoads = (
  sql: Sql,
  of: { readonly schema: string; readonly stream: string; readonly generation: number }
) => sql.run(`DELETE FROM _decant.loads WHERE ${mine}`, [of.schema, of.stream, of.generation])
