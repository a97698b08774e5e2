/** What every destination holds a commit against before and while it writes: of two writers the late one aborts. */
import { type Commit, moveParts, type Segment, type StreamCheckpoint } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "./destination-error.ts"

export const conflict = (stream: string, detail: string): DestinationError =>
  DestinationError.of(
    "WRITER_CONFLICT",
    `Another sync has moved ${stream} on meanwhile: ${detail}. Nothing of this commit was stored.`,
    "Let the other sync finish and run this one again; see that only one schedule runs this spec."
  )

const partPublishes = DestinationError.of(
  "NOT_SUPPORTED",
  "A commit of some work items cannot publish the stream's table.",
  "This is a mistake in Decant; please report it."
)

export const validate = (commit: Commit): Effect.Effect<void, DestinationError> => {
  const { part, checkpoint, expectedVersion, segments, stream } = commit
  if (part !== undefined && commit.publish) return Effect.fail(partPublishes)
  const wrong = (segment: Segment) =>
    segment.stream !== stream || segment.generation !== checkpoint.generation
  const follows = part !== undefined || checkpoint.version === expectedVersion + 1
  if (!follows || segments.some(wrong)) {
    return Effect.fail(conflict(stream, "the segments and the checkpoint do not belong together"))
  }
  return Effect.void
}

/** Everything but the time of writing and the count of rows, which the first commit has added. */
const sameCheckpoint = (a: StreamCheckpoint, b: StreamCheckpoint): boolean =>
  JSON.stringify({ ...a, updatedAt: "", rows: 0 }) === JSON.stringify({ ...b, updatedAt: "", rows: 0 })

/** What is stored of a stream; null before its first commit. */
type StoredStream = {
  readonly checkpoint: StreamCheckpoint
  readonly published: number | null
} | null

const holdWhole = (
  commit: Commit,
  stored: StoredStream,
  isIn: boolean
): Effect.Effect<Commit | "repeated", DestinationError> => {
  const version = stored?.checkpoint.version ?? 0
  const { checkpoint, expectedVersion, stream } = commit
  if (stored !== null && version === checkpoint.version && isIn) {
    if (sameCheckpoint(stored.checkpoint, checkpoint)) return Effect.succeed("repeated")
  }
  if (version !== expectedVersion) {
    return Effect.fail(
      conflict(stream, `its checkpoint has version ${version}, expected was ${expectedVersion}`)
    )
  }
  const published = stored?.published ?? null
  return published !== null && checkpoint.generation < published
    ? Effect.fail(conflict(stream, `generation ${published} has been published`))
    : Effect.succeed(commit)
}

/**
 * Holds a commit against what is stored, under whatever serialises the writers of a stream: the commit as it is to be
 * stored, `"repeated"` when it is stored already, or a WRITER_CONFLICT, after which nothing of it may be stored.
 *
 * A commit of the whole stream comes back as it is. A part comes back as a commit of the whole stream: of the
 * checkpoint that is stored, with the part's items moved, one version on. So what comes after this, and this function
 * too, takes it for one; to be asked again whenever another writer may have been faster. `committed` holds those of
 * the commit's segments that are stored.
 */
export const holdAgainst = (
  commit: Commit,
  stored: StoredStream,
  committed: ReadonlySet<string>
): Effect.Effect<Commit | "repeated", DestinationError> => {
  const { part, ...whole } = commit
  const isIn = commit.segments.every(({ id }) => committed.has(id))
  if (part === undefined) return holdWhole(commit, stored, isIn)
  const { stream } = commit
  if (stored === null) return Effect.fail(conflict(stream, "its checkpoint is gone"))
  const { generation, version } = stored.checkpoint
  if (generation !== commit.checkpoint.generation) {
    return Effect.fail(
      conflict(stream, `its generation is ${generation}, that of the part is ${commit.checkpoint.generation}`)
    )
  }
  const moved = moveParts(stored.checkpoint, part)
  if (moved === "moved" && isIn) return Effect.succeed("repeated")
  if (moved === "moved" || moved === null) {
    return Effect.fail(conflict(stream, "another writer has committed this part, or changed it"))
  }
  return Effect.succeed({
    ...whole,
    checkpoint: { ...moved, version: version + 1, updatedAt: commit.checkpoint.updatedAt },
    expectedVersion: version
  })
}
