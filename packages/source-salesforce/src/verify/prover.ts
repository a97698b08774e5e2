/** The proof of a copy, from the org's side. */
import type { ProofPlan, Prover, ReadContext } from "@decant/connector"
import type { Duration } from "effect"
import { Effect, Stream } from "effect"
import type { StreamReading } from "../read/stream-reading.ts"
import type { ReadError } from "../read-error.ts"
import { firstPage } from "../rest/rest-query.ts"
import { sourceError } from "../source-error.ts"
import { countQuery } from "../streams/soql.ts"
import type { StreamDefinition } from "../streams/stream-definition.ts"
import type { Tuning } from "../tuning.ts"
import { actualRows } from "./actual-rows.ts"
import { deletesSince } from "./deletes-since.ts"
import { proofPlan } from "./proof-plan.ts"
import { singleRows } from "./single-rows.ts"

const notPlanned = (stream: string) =>
  sourceError("STREAM_UNKNOWN", `${stream} was not planned before it was verified.`, "Plan the stream first.")

const silently = { spool: "", report: () => Effect.void }

export const makeProver = (of: {
  readonly definitionOf: (stream: string) => StreamDefinition | null
  readonly readingOf: (definition: StreamDefinition, context: ReadContext) => StreamReading
  readonly lookback: Duration.Duration
  readonly tuning: Tuning
}): Prover => {
  const definitionOf = (stream: string): Effect.Effect<StreamDefinition, ReadError> => {
    const definition = of.definitionOf(stream)
    return definition === null ? Effect.fail(notPlanned(stream)) : Effect.succeed(definition)
  }
  const reading = (proof: ProofPlan, context: ReadContext) =>
    Effect.map(definitionOf(proof.stream), (definition) => of.readingOf(definition, context))

  const count = Effect.fnUntraced(function* (
    { client, definition }: StreamReading,
    condition: string | null
  ): Effect.fn.Return<number, ReadError> {
    const { object, stream } = definition
    const where = [definition.where, condition].flatMap((part) => (part === null ? [] : [`(${part})`]))
    const query = countQuery({
      object,
      cursorField: null,
      window: null,
      ids: null,
      where: where.length === 0 ? null : where.join(" AND ")
    })
    return (yield* firstPage(client, stream, query)).totalSize
  })

  return {
    plan: (plan, stored, sample) =>
      Effect.map(definitionOf(plan.stream), (definition) =>
        proofPlan({ definition, stored, sample, lookback: of.lookback, tuning: of.tuning })
      ),
    rows: (proof, context) =>
      Stream.unwrap(Effect.map(reading(proof, context), (settled) => actualRows(settled, proof))),
    rowsOf: (proof, keys, stored, context) =>
      Effect.flatMap(reading(proof, context), (settled) => singleRows(settled, keys, stored)),
    counts: Effect.fnUntraced(function* (proof, cut) {
      const settled = yield* reading(proof, silently)
      const { cursorField, select, soql } = settled.definition
      if (soql !== null) return { live: null, moved: null }
      const live = yield* count(settled, select.includes("IsDeleted") ? "IsDeleted = false" : null)
      const moved =
        cursorField === null || cut === null ? null : yield* count(settled, `${cursorField} >= ${cut}`)
      return { live, moved }
    }),
    deletedSince: Effect.fnUntraced(function* (proof, from) {
      const settled = yield* reading(proof, silently)
      return settled.definition.followsDeletes ? (yield* deletesSince(settled, from)).size : 0
    })
  }
}
