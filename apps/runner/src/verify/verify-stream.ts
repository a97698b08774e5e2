/** One stream from the first comparison to its verdict, mended where that is asked for. */
import type { DifferenceKind } from "@decant/connector"
import { Clock, Effect } from "effect"
import type { CheckpointFile } from "../sync/checkpoint-file.ts"
import { counted } from "../terminal/numbers.ts"
import { type FirstPass, firstPass } from "./first-pass.ts"
import { promised } from "./judge.ts"
import { mend } from "./mend.ts"
import { type Judged, secondLook } from "./second-look.ts"
import type { StreamProof } from "./stream-proof.ts"
import { differenceKinds, type Explained, type ReportedRow, type StreamOutcome } from "./verify-report.ts"

/** What was counted at first, with those that were looked at again as that look found them. */
const settledCounts = (
  of: StreamProof,
  pass: FirstPass,
  judged: ReadonlyArray<Judged>
): {
  readonly counts: Record<DifferenceKind, number>
  readonly explained: Explained
  readonly unseen: number
} => {
  const explained: Explained = { pending: 0, drift: pass.drift, hidden: 0, kept: 0 }
  const counts = { ...pass.counts }
  for (const { kind } of pass.candidates.values()) counts[kind]--
  if (of.proof.keepsMissing) {
    explained.kept += counts.extra
    counts.extra = 0
  } else if (judged.some(({ judgement }) => judgement.verdict === "hidden")) {
    explained.hidden += counts.extra
    counts.extra = 0
  }
  const unseen = differenceKinds.reduce((sum, kind) => sum + counts[kind], 0)
  for (const { difference, judgement } of judged) {
    if (judgement.verdict === "fault") counts[difference.kind]++
    else explained[judgement.verdict]++
  }
  return { counts, explained, unseen }
}

const fixOf = (of: StreamProof, kind: DifferenceKind, isMended: boolean): string => {
  if (isMended) return "mended"
  const { stream } = of.plan
  if (of.proof.isSnapshot) return `\`decant sync --full-refresh ${stream}\` reads it whole`
  return kind === "doubled"
    ? `\`decant verify --repair\`; where the org has no such record, \`decant sync --full-refresh ${stream}\``
    : "`decant verify --repair` mends it"
}

const notesOf = (
  of: StreamProof,
  explained: Explained,
  unseen: number,
  pass: FirstPass
): ReadonlyArray<string> => {
  const { proof, stored, plan } = of
  const drifting = proof.drifting?.columns
    .map(({ name }) => name)
    .filter((name) => !proof.schema.columns.some((column) => column.name === name))
  const since = stored.formulasRefreshedAt ?? "never"
  return [
    ...(explained.pending > 0
      ? [
          `${counted(explained.pending, "row")} changed since the last sync or came into sight after it; the next sync takes them.`
        ]
      : []),
    ...(pass.drift > 0
      ? [
          `${counted(pass.drift, "row")} have other values in columns that change without a stamp (${drifting?.join(", ")}); refreshed last: ${since}.`
        ]
      : []),
    ...(explained.drift > pass.drift
      ? [
          proof.isSnapshot
            ? `${counted(explained.drift - pass.drift, "row")} differ from the reading of ${stored.updatedAt}. ${plan.stream} is read whole by each sync, and no stamp tells what changed since.`
            : `${counted(explained.drift - pass.drift, "row")} entered or left the filter without a stamp since it was evaluated last: ${since}.`
        ]
      : []),
    ...(explained.hidden > 0
      ? [
          `${counted(explained.hidden, "row")} of the copy cannot be seen by this user now, so nobody can say whether they are right: give the user “View All” for the object.`
        ]
      : []),
    ...(explained.kept > 0
      ? [`${counted(explained.kept, "row")} are gone from Salesforce and kept, as the spec says.`]
      : []),
    ...(unseen > 0
      ? [
          `${counted(unseen, "difference")} more were counted and not looked at twice. Where so many differ, \`decant sync --full-refresh ${plan.stream}\` is the quicker way.`
        ]
      : [])
  ]
}

export const verifyStream = Effect.fnUntraced(function* (of: StreamProof, file: CheckpointFile | null) {
  const { proof, plan, stored } = of
  const pass = yield* firstPass(of)
  const judged = yield* secondLook(of, [...pass.candidates.values()])
  const faults = judged.filter(({ judgement }) => judgement.verdict === "fault")
  const { counts, explained, unseen } = settledCounts(of, pass, judged)
  const mended = new Set(
    file === null
      ? []
      : yield* mend(
          of,
          faults.map(({ difference }) => difference),
          file
        )
  )
  const rows = faults.map(({ difference, judgement }): ReportedRow => {
    const { key: id, kind, stored: here, actual } = difference
    const solid = promised(difference, proof)
    const columns = solid.length > 0 ? solid : difference.columns
    const isMended = mended.has(id)
    const fix = fixOf(of, kind, isMended)
    return { id, kind, columns, stored: here, actual, cause: judgement.cause, fix, mended: isMended }
  })
  const left = faults.length + unseen - mended.size
  const outcome: StreamOutcome = {
    stream: plan.stream,
    status: left === 0 ? "same" : "different",
    cut: stored.cursor,
    coverage: proof.coverage,
    compared: pass.compared,
    valuesCompared: pass.valuesCompared,
    movedOn: pass.movedOn,
    ...counts,
    explained,
    mended: mended.size,
    rows,
    notes: notesOf(of, explained, unseen, pass)
  }
  return outcome
})

/** Speaks of what takes more than a second, at most once a second. */
export const sayer = Effect.fnUntraced(function* (tell: (text: string) => Effect.Effect<void>) {
  let last = yield* Clock.currentTimeMillis
  return Effect.fnUntraced(function* (text: string) {
    const now = yield* Clock.currentTimeMillis
    if (now - last < 1000) return
    last = now
    yield* tell(text)
  })
})
