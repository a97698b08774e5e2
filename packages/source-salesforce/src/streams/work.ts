/** Work items of a checkpoint: which rows, by which query, under which name. */
import { createHash, randomUUID } from "node:crypto"
import type { IdRange, Segment, Window, Work } from "@decant/connector"
import { rowsQuery } from "./soql.ts"
import type { StreamDefinition } from "./stream-definition.ts"

/** A new id for every attempt: pages of two jobs must never be taken for one another. */
export const newRowsWork = (window: Window | undefined, ids?: IdRange): Work => ({
  id: randomUUID(),
  kind: "rows",
  ...(window === undefined ? {} : { window }),
  ...(ids === undefined ? {} : { ids }),
  segments: { committed: [], expected: null }
})

/** The same rows by another attempt. */
export const anew = ({ window, ids }: Work): Work => newRowsWork(window, ids)

/** Where in its stream the rows of a segment lie. */
export const coversOf = ({ window, ids }: Work): Segment["covers"] => ({
  ...(window === undefined ? {} : { window }),
  ...(ids === undefined ? {} : { ids })
})

export const queryOf = (definition: StreamDefinition, work: Work): string =>
  definition.soql?.text ??
  rowsQuery({
    object: definition.object,
    select: definition.select,
    cursorField: definition.cursorField,
    window: work.window ?? null,
    ids: work.ids ?? null,
    where: definition.where
  })

export const hashOf = (query: string): string => createHash("sha256").update(query).digest("hex").slice(0, 32)
