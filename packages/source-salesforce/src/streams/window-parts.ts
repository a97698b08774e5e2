/**
 * How a checkpoint keeps a window that is read in parts: each part is a work item of its own, which goes when its
 * rows are committed, so that a crash loses at most one. Behind them waits one more item with the whole window, for
 * what comes after the rows.
 */
import type { StreamCheckpoint, Work } from "@decant/connector"
import { anew } from "./work.ts"

const isRest = ({ kind }: Work): boolean => kind === "deletes"

export const isParted = (checkpoint: StreamCheckpoint): boolean => checkpoint.work.some(isRest)

/** What of the window's rows is still to be read, in order. */
export const rowsWork = (checkpoint: StreamCheckpoint): ReadonlyArray<Work> =>
  isParted(checkpoint) ? checkpoint.work.filter(({ kind }) => kind === "rows") : checkpoint.work.slice(0, 1)

/** The work item that has the window as a whole. */
export const wholeWork = (checkpoint: StreamCheckpoint): Work | undefined =>
  checkpoint.work.find(isRest) ?? checkpoint.work[0]

/** Work that follows the rows and the deletes: columns or rows that are read again. */
export const laterWork = (checkpoint: StreamCheckpoint): ReadonlyArray<Work> =>
  isParted(checkpoint)
    ? checkpoint.work.filter((work) => work.kind !== "rows" && !isRest(work))
    : checkpoint.work.slice(1)

/** These stand where the item of that id stood; the first one where none is named. */
export const replaceItem = (
  checkpoint: StreamCheckpoint,
  items: ReadonlyArray<Work>,
  id = checkpoint.work[0]?.id
): StreamCheckpoint => ({
  ...checkpoint,
  work: checkpoint.work.flatMap((work) => (work.id === id ? items : [work]))
})

/** The item of that id is to be read in these parts instead; the first one where none is named. */
export const partItem = (
  checkpoint: StreamCheckpoint,
  parts: ReadonlyArray<Work>,
  id?: string
): StreamCheckpoint => {
  const [first] = checkpoint.work
  if (first === undefined) return checkpoint
  const rest: ReadonlyArray<Work> = isParted(checkpoint) ? [] : [{ ...anew(first), kind: "deletes" }]
  return replaceItem(checkpoint, [...parts, ...rest], id)
}
