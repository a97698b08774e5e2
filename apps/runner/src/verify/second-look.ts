/**
 * Looks at differences again, row by row: the source's rows by their Ids against the copy as it is now, until no
 * commit came in between. What differs still is judged.
 */
import type { Absence, Instant, RowDifference, StreamCheckpoint } from "@decant/connector"
import { Effect } from "effect"
import { counted } from "../terminal/numbers.ts"
import { type Judgement, judge } from "./judge.ts"
import { checkpointNow, compare, countsNow, deleteFiles, type StreamProof } from "./stream-proof.ts"

const rounds = 3
const rowsAtOnce = 2000

export interface Judged {
  readonly difference: RowDifference
  readonly judgement: Judgement
}

interface Look {
  readonly rows: ReadonlyArray<RowDifference>
  readonly absent: Map<string, Absence>
  readonly deletedSince: Map<string, Instant>
  readonly checkpoint: StreamCheckpoint
  readonly isSettled: boolean
}

const lookOnce = Effect.fnUntraced(function* (of: StreamProof, keys: ReadonlyArray<string>) {
  const checkpoint = yield* checkpointNow(of)
  const rows: Array<RowDifference> = []
  const absent: Look["absent"] = new Map()
  const deletedSince = new Map<string, Instant>()
  for (let at = 0; at < keys.length; at += rowsAtOnce) {
    const some = keys.slice(at, at + rowsAtOnce)
    const actual = yield* of.prover.rowsOf(of.proof, some, checkpoint, of.context)
    const result = yield* compare(
      of,
      { schema: of.proof.whole, segments: [actual.segment], keys: some, limit: some.length },
      checkpoint
    )
    yield* deleteFiles([actual.segment])
    rows.push(...result.rows)
    for (const [key, absence] of actual.absent) absent.set(key, absence)
    for (const [key, at] of actual.deletedSince) deletedSince.set(key, at)
  }
  const after = yield* checkpointNow(of)
  const look: Look = {
    rows,
    absent,
    deletedSince,
    checkpoint,
    isSettled: after.version === checkpoint.version
  }
  return look
})

/** How many rows something else took out: Decant counts the table in each commit. */
const takenOut = Effect.fnUntraced(function* (of: StreamProof, { rows, absent }: Look) {
  if (!rows.some(({ kind }) => kind === "missing")) return null
  const counts = yield* countsNow(of)
  if (counts === null) return null
  // Rows that were never the org's can only have been added, and hide as many that were taken out.
  const added = rows.filter(({ kind, key }) => kind === "extra" && absent.get(key)?.kind === "gone").length
  return Math.max(0, counts.checkpoint.rows - counts.distinctKeys + added)
})

export const secondLook = Effect.fnUntraced(function* (
  of: StreamProof,
  candidates: ReadonlyArray<RowDifference>
) {
  if (candidates.length === 0) return []
  yield* of.say(`looking at ${counted(candidates.length, "difference")} again`)
  let look: Look = {
    rows: candidates,
    absent: new Map(),
    deletedSince: new Map(),
    checkpoint: of.stored,
    isSettled: of.proof.isSnapshot
  }
  for (let round = 0; round < rounds && !look.isSettled && look.rows.length > 0; round++) {
    look = yield* lookOnce(
      of,
      look.rows.map(({ key }) => key)
    )
  }
  const evidence = {
    proof: of.proof,
    checkpoint: look.checkpoint,
    actual: look,
    takenOut: yield* takenOut(of, look)
  }
  return look.rows.map((difference): Judged => ({ difference, judgement: judge(difference, evidence) }))
})
