/**
 * Counts only: rows that are there, keys that stand twice, rows that Decant had stored and that are no longer there,
 * and the org's own count of live rows. It costs two calls, and one more to tell whether rows that the org lacks were
 * deleted meanwhile. It cannot see a wrong value.
 */
import type { ActualCounts } from "@decant/connector"
import { Effect } from "effect"
import { count, counted } from "../terminal/numbers.ts"
import { type Counts, countsNow, type StreamProof } from "./stream-proof.ts"
import type { StreamOutcome } from "./verify-report.ts"

interface Counted {
  readonly missing: number
  readonly extra: number
  readonly pending: number
  readonly notes: ReadonlyArray<string>
}

/** The table against what Decant has stored in it: exact, whatever happens in the org. */
const againstCheckpoint = ({ distinctKeys, checkpoint }: Counts): Counted => {
  const missing = Math.max(0, checkpoint.rows - distinctKeys)
  const extra = Math.max(0, distinctKeys - checkpoint.rows)
  const notes = [
    ...(missing > 0 ? [`The table holds ${counted(missing, "row")} fewer than Decant has stored.`] : []),
    ...(extra > 0 ? [`The table holds ${counted(extra, "row")} more than Decant has stored.`] : [])
  ]
  return { missing, extra, pending: 0, notes }
}

/** Live rows here and there; `moved` of them may have come, gone or been brought back since the cut. */
const againstOrg = (
  { proof }: StreamProof,
  { rows, live, distinctKeys }: Counts,
  actual: { readonly live: number; readonly moved: number },
  known: Counted
): Counted => {
  const notes = [...known.notes, `${count(actual.live)} live rows in Salesforce, ${count(live)} in the copy.`]
  const open = actual.live - (live - (rows - distinctKeys)) - (known.missing - known.extra)
  const slack = proof.isSnapshot ? Number.POSITIVE_INFINITY : actual.moved
  if (Math.abs(open) <= slack) return { ...known, pending: Math.abs(open), notes }
  if (open > 0) return { ...known, missing: known.missing + open - slack, notes }
  return proof.keepsMissing
    ? { ...known, notes: [...notes, `${counted(-open, "row")} are kept that are gone from Salesforce.`] }
    : { ...known, extra: known.extra - open - slack, notes }
}

/** A row that is gone for good has no stamp that counts it among those that moved: the log of deletes knows it. */
const againstOrgAndLog = Effect.fnUntraced(function* (of: StreamProof, counts: Counts, actual: ActualCounts) {
  const known = againstCheckpoint(counts)
  const { live } = actual
  const moved = actual.moved ?? 0
  if (live === null) return known
  const found = againstOrg(of, counts, { live, moved }, known)
  const from = counts.checkpoint.deletesCoveredTo
  if (found.extra === known.extra || from === null) return found
  const deleted = yield* of.prover.deletedSince(of.proof, from)
  return againstOrg(of, counts, { live, moved: moved + deleted }, known)
})

const busy: Counted = {
  missing: 0,
  extra: 0,
  pending: 0,
  notes: ["The copy is being written without a pause; it was not counted."]
}

export const quickLook = Effect.fnUntraced(function* (of: StreamProof) {
  const counts = yield* countsNow(of)
  const { cursor } = counts?.checkpoint ?? of.stored
  const actual = yield* of.prover.counts(of.proof, cursor)
  const found = counts === null ? busy : yield* againstOrgAndLog(of, counts, actual)
  const doubled = counts === null ? 0 : counts.rows - counts.distinctKeys
  const { missing, extra, pending, notes } = found
  const outcome: StreamOutcome = {
    stream: of.plan.stream,
    status: missing + extra + doubled === 0 ? "same" : "different",
    cut: cursor,
    coverage: "counts",
    compared: counts?.rows ?? 0,
    valuesCompared: 0,
    movedOn: actual.moved ?? 0,
    missing,
    extra,
    doubled,
    stamp: 0,
    values: 0,
    explained: { pending, drift: 0, hidden: 0, kept: 0 },
    mended: 0,
    rows: [],
    notes
  }
  return outcome
})
