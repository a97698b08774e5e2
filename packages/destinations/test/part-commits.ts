/** First loads in parts: the checkpoint that names them, and the commit of each. */
import type { Commit, Work } from "@decant/connector"
import { account, type CommitOptions, commitAfter, segment } from "./account.ts"

export const partWork = (id: string, committed: ReadonlyArray<string> = []): Work => ({
  id,
  kind: "rows",
  window: { from: null, to: "2026-11-21T11:00:00.000Z" },
  ids: { from: id, to: null },
  segments: { committed, expected: null }
})

/** Ids of parts in the order of their rows: `001A`, `001B`, … */
export const partIds = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, at) => `001${String.fromCharCode(65 + at)}`)

/** The commit that cuts the stream into parts; it holds no rows. */
export const cutIntoParts = (ids: ReadonlyArray<string>, options: CommitOptions = {}, after = 0): Commit =>
  commitAfter(after, {
    phase: "backfill",
    ...options,
    checkpoint: { work: ids.map((id) => partWork(id)), ...options.checkpoint }
  })

export const rowIds = (part: string, rows: number): ReadonlyArray<string> =>
  Array.from({ length: rows }, (_, at) => `${part}${String(at).padStart(6, "0")}`)

/** Reads a part to its end in one commit, by a writer that saw the checkpoint when it was cut. */
export const commitOfPart = (
  at: string,
  id: string,
  options: CommitOptions & { readonly rows?: number; readonly ids?: ReadonlyArray<string> } = {}
): Commit => {
  const ids = options.ids ?? rowIds(id, options.rows ?? 10)
  const generation = options.generation ?? 1
  return {
    ...commitAfter(1, {
      phase: "backfill",
      segments: [segment(at, { work: id, generation, rows: ids.map((key) => account(key, 1)) })],
      ...options
    }),
    part: { from: [partWork(id)], to: [] }
  }
}

export const pagesOfPart = 3
