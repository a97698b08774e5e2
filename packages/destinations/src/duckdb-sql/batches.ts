/**
 * Segments that can be read and applied together: same effect, same header. Batches keep the order in which
 * their first segments came, so that later reads are applied later.
 */
import type { Effect, Segment, SegmentFile } from "@decant/connector"

export interface BatchFile {
  readonly segment: Segment
  readonly file: SegmentFile
}

export interface Batch {
  readonly effect: Effect
  readonly header: ReadonlyArray<string>
  /** A row's file is known by its position here; later files come from later segments. */
  readonly files: ReadonlyArray<BatchFile>
  readonly segments: ReadonlyArray<Segment>
}

export const batchesOf = (segments: ReadonlyArray<Segment>): ReadonlyArray<Batch> => {
  const groups = new Map<string, Array<Segment>>()
  for (const segment of segments) {
    const key = JSON.stringify([segment.effect, segment.header])
    groups.set(key, [...(groups.get(key) ?? []), segment])
  }
  return [...groups.values()].flatMap((group) => {
    const first = group[0]
    if (first === undefined) return []
    return [
      {
        effect: first.effect,
        header: first.header,
        segments: group,
        files: group.flatMap((segment) =>
          segment.files.filter((file) => file.bytes > 0 || file.rows > 0).map((file) => ({ segment, file }))
        )
      }
    ]
  })
}

export const batchRows = (batch: Batch): number => batch.files.reduce((rows, { file }) => rows + file.rows, 0)
