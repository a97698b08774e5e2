/** The first comparison of a stream: everything that the source has, piece by piece, against the copy. */
import type { ActualPart, DifferenceKind, Differences, ProofPlan, RowDifference } from "@decant/connector"
import { Effect, Stream } from "effect"
import { counted } from "../terminal/numbers.ts"
import { isWrongCompound, promised } from "./judge.ts"
import { compare, deleteFiles, type StreamProof } from "./stream-proof.ts"
import { differenceKinds } from "./verify-report.ts"

/** So many differences are looked at again one by one. */
const candidatesAtMost = 5000

export interface FirstPass {
  compared: number
  valuesCompared: number
  movedOn: number
  /** Of all rows, not only of the candidates. */
  readonly counts: Record<DifferenceKind, number>
  /** Rows whose drifting columns differ. */
  drift: number
  readonly candidates: Map<string, RowDifference>
}

const nothing = (): FirstPass => ({
  compared: 0,
  valuesCompared: 0,
  movedOn: 0,
  counts: { missing: 0, extra: 0, doubled: 0, stamp: 0, values: 0 },
  drift: 0,
  candidates: new Map()
})

/** Every row of a range. */
const addRange = (found: FirstPass, result: Differences): void => {
  found.compared += result.compared
  found.movedOn += result.movedOn
  for (const kind of differenceKinds) found.counts[kind] += result.counts[kind]
  for (const row of result.rows) found.candidates.set(row.key, row)
}

/** Whole rows of a range that was compared by its stamps: all but their values was found before. */
const addSample = (found: FirstPass, result: Differences): void => {
  for (const row of result.rows) {
    if (row.kind !== "values" || found.candidates.has(row.key)) continue
    found.candidates.set(row.key, row)
    found.counts.values++
  }
}

/** Only values of columns that drift were compared, and the deleted flag: what else differs was found before. */
const addDrift = (found: FirstPass, result: Differences, proof: ProofPlan): void => {
  found.drift += result.counts.values
  for (const row of result.rows.filter(({ kind }) => kind === "values")) {
    const isWrong = isWrongCompound(row, { proof })
    const drifts = row.columns.length > promised(row, proof).length
    if (isWrong || !drifts) found.drift--
    if (!isWrong || found.candidates.has(row.key)) continue
    found.candidates.set(row.key, row)
    found.counts.values++
  }
}

export const firstPass = Effect.fnUntraced(function* (of: StreamProof) {
  const { proof, prover, stored } = of
  const found = nothing()

  const comparePart = Effect.fnUntraced(function* ({ segment, keys }: ActualPart) {
    yield* of.say("comparing")
    const which = { segments: [segment], ...(keys === null ? {} : { keys }) }
    const limit = candidatesAtMost - found.candidates.size
    const result = yield* compare(of, { ...which, schema: proof.schema, limit }, stored)
    if (keys === null) addRange(found, result)
    else addSample(found, result)
    if (keys !== null || proof.coverage === "all values") {
      found.valuesCompared += result.compared
      if (proof.drifting !== null) {
        const limit = candidatesAtMost - found.candidates.size
        addDrift(found, yield* compare(of, { ...which, schema: proof.drifting, limit }, stored), proof)
      }
    }
    yield* of.say(`${counted(found.compared, "row")} compared`)
    yield* deleteFiles([segment])
  })

  yield* Stream.runForEach(prover.rows(proof, of.context), comparePart)
  return found
})
