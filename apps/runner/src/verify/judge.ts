/**
 * Whether a difference that was found twice is a fault of the copy, and what made it. On an org that is at work
 * rows differ that are right: the source has shown them after the copy's last reading, or they change without a
 * stamp. What is decided here can be told from the stamps, from when the stored row was read, and from the source.
 */
import {
  type ActualRows,
  type Instant,
  instantToMillis,
  type ProofPlan,
  type RowDifference,
  type StreamCheckpoint
} from "@decant/connector"
import type { Explained } from "./verify-report.ts"

export interface Judgement {
  readonly verdict: "fault" | keyof Explained
  readonly cause: string
}

export interface Evidence {
  readonly proof: ProofPlan
  readonly checkpoint: StreamCheckpoint
  readonly actual: Pick<ActualRows, "absent" | "deletedSince">
  /** Rows fewer than Decant has stored: something else took them out. Null when that could not be told. */
  readonly takenOut: number | null
}

const fault = (cause: string): Judgement => ({ verdict: "fault", cause })
const pending = (cause: string): Judgement => ({ verdict: "pending", cause })

const outside = "something other than Decant changed it in the copy"
const second = 1000

const minutes = (millis: number): string => {
  const whole = Math.round(millis / 60_000)
  return `${whole} minute${whole === 1 ? "" : "s"}`
}

const millisOf = (text: string | null): number | null => {
  const millis = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(millis) ? null : millis
}

const cutOf = ({ checkpoint }: Evidence): number | null =>
  checkpoint.cursor === null ? null : instantToMillis(checkpoint.cursor)

/** The next sync reads from here on again. */
const isReadAgain = (evidence: Evidence, stamp: number | null): boolean => {
  const cut = cutOf(evidence)
  return cut !== null && stamp !== null && stamp >= cut - evidence.proof.lookbackMillis
}

const day = (instant: Instant): string => `${instant.slice(0, 19).replace("T", " ")} UTC`

const judgeExtra = (difference: RowDifference, evidence: Evidence): Judgement => {
  const { proof, actual } = evidence
  const absence = actual.absent.get(difference.key)
  if (absence === undefined) {
    return actual.deletedSince.has(difference.key)
      ? pending("deleted in Salesforce since the last sync")
      : fault("it is in the recycle bin of the org, and the spec removes such rows")
  }
  switch (absence.kind) {
    case "hidden":
      return { verdict: "hidden", cause: "this user does not see all records: it may be hidden or gone" }
    case "deleted":
      if (absence.pending) return pending("deleted in Salesforce since the last sync")
      return proof.keepsMissing
        ? { verdict: "kept", cause: "gone from Salesforce; `onMissing: keep`" }
        : fault(`deleted in Salesforce on ${day(absence.at)}, and not deleted in the copy`)
    case "filtered":
      if (isReadAgain(evidence, millisOf(absence.at)))
        return pending("left the stream's filter since the last sync")
      return proof.filterDrifts
        ? {
            verdict: "drift",
            cause: "left the stream's filter, which reads fields that change without a stamp"
          }
        : fault("it is outside the stream's filter")
    case "gone":
      return proof.keepsMissing
        ? { verdict: "kept", cause: "gone from Salesforce; `onMissing: keep`" }
        : fault(
            "the org has no such record: something other than Decant added it to the copy or took its deleted mark away, or Salesforce no longer tells of its deletion"
          )
  }
}

const judgeMissing = (difference: RowDifference, evidence: Evidence): Judgement => {
  const { proof, takenOut } = evidence
  const wasTaken = takenOut !== null && takenOut > 0
  if (!wasTaken && isReadAgain(evidence, millisOf(difference.actual))) {
    return pending("committed in Salesforce after the last sync had read its time")
  }
  if (wasTaken) return fault("something other than Decant took it out of the copy")
  return proof.filterDrifts
    ? {
        verdict: "drift",
        cause: "entered the stream's filter, which reads fields that change without a stamp"
      }
    : fault(
        `it came into sight more than ${minutes(proof.lookbackMillis)} after its stamp: a late commit, or a record that was shared with this user later`
      )
}

const judgeStamp = (difference: RowDifference, evidence: Evidence): Judgement => {
  const [stored, actual] = [millisOf(difference.stored), millisOf(difference.actual)]
  if (stored === null || actual === null)
    return fault("something other than Decant changed its stamp in the copy")
  if (stored > actual) {
    return fault("its stamp is later than Salesforce's: something other than Decant changed it in the copy")
  }
  const onlyStamp = promised(difference, evidence.proof).length === 0
  const readAt = millisOf(difference.readAt)
  const wasReadSince = readAt !== null && readAt >= actual + second
  if (isReadAgain(evidence, actual) && !(onlyStamp && wasReadSince)) {
    return pending("committed in Salesforce after the last sync had read its time")
  }
  return onlyStamp && wasReadSince
    ? fault("something other than Decant changed its stamp in the copy")
    : fault(
        `the copy has an earlier version: a change that was committed more than ${minutes(evidence.proof.lookbackMillis)} after its stamp, or something other than Decant changed the copy`
      )
}

/** The columns that differ, without those that change in Salesforce without a stamp. */
export const promised = ({ columns }: RowDifference, proof: ProofPlan): ReadonlyArray<string> =>
  columns.filter((name) => proof.schema.columns.some((column) => column.name === name))

/** Compound columns of which no part differs: nothing has drifted, the compound itself is wrong. */
export const isWrongCompound = (
  { columns }: Pick<RowDifference, "columns">,
  { proof }: Pick<Evidence, "proof">
): boolean => {
  const drifting = (proof.drifting?.columns ?? []).filter(({ name }) => columns.includes(name))
  const parts = drifting.flatMap(({ from }) => ("struct" in from ? [] : [from.header]))
  return drifting.some(
    ({ from }) => "struct" in from && !Object.values(from.struct).some((header) => parts.includes(header))
  )
}

const judgeValues = (difference: RowDifference, evidence: Evidence): Judgement => {
  const { proof, actual } = evidence
  if (promised(difference, proof).length === 0) {
    return isWrongCompound(difference, evidence)
      ? fault(outside)
      : { verdict: "drift", cause: "it changes without a stamp" }
  }
  const stamp = millisOf(difference.actual)
  const deletedAt = millisOf(actual.deletedSince.get(difference.key) ?? null)
  // Where the deletion has moved the stamp, the version that is stored is the deleted one.
  if (deletedAt !== null && stamp !== null && deletedAt >= stamp + second) {
    return pending("deleted in Salesforce since the last sync")
  }
  const readAt = millisOf(difference.readAt)
  // Stamps are whole seconds: a second change in the second of the reading has the stamp of the first.
  const inItsSecond = stamp !== null && readAt !== null && readAt < stamp + second
  if (inItsSecond && isReadAgain(evidence, stamp))
    return pending("changed again within the second of its reading")
  return proof.guardStays
    ? fault(`Salesforce does not tell when a row of this object changes, or ${outside}`)
    : fault(outside)
}

const judgeSnapshot = (difference: RowDifference, { checkpoint, takenOut }: Evidence): Judgement => {
  if (difference.kind === "missing" && takenOut !== null && takenOut > 0) {
    return fault("something other than Decant took it out of the copy")
  }
  return {
    verdict: "drift",
    cause: `differs from what was read on ${day(checkpoint.updatedAt)}: changed in Salesforce since, or in the copy`
  }
}

export const judge = (difference: RowDifference, evidence: Evidence): Judgement => {
  if (difference.kind === "doubled") {
    return fault("something other than Decant wrote it into the copy: Decant stores a key once")
  }
  if (evidence.proof.isSnapshot) return judgeSnapshot(difference, evidence)
  switch (difference.kind) {
    case "extra":
      return judgeExtra(difference, evidence)
    case "missing":
      return judgeMissing(difference, evidence)
    case "stamp":
      return judgeStamp(difference, evidence)
    case "values":
      return judgeValues(difference, evidence)
  }
}
