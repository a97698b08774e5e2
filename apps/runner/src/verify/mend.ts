/**
 * Mends a stream: rows that differ are read by their Ids and take the place of what is stored, rows that the org
 * does not have are deleted, by an ordinary commit that compares and sets the checkpoint's version. What is right
 * afterwards is known by another look.
 */

import { createHash } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { RowDifference, Segment } from "@decant/connector"
import { segmentId, segmentRows } from "@decant/connector"
import { Effect } from "effect"
import { RunnerError } from "../runner-error.ts"
import type { CheckpointFile } from "../sync/checkpoint-file.ts"
import { counted } from "../terminal/numbers.ts"
import { checkpointNow, compare, deleteFiles, type StreamProof } from "./stream-proof.ts"

const rowsAtOnce = 2000

const spoolKeys = Effect.fnUntraced(function* (of: StreamProof, like: Segment, keys: ReadonlyArray<string>) {
  const [column] = of.plan.schema.key ?? []
  const header = [column ?? "Id"]
  const text = [header, ...keys.map((key) => [key])].map(([cell]) => `"${cell}"\n`).join("")
  const path = join(of.context.spool, `${createHash("sha256").update(text).digest("hex").slice(0, 32)}.csv`)
  yield* Effect.tryPromise({
    try: () => writeFile(path, text, { mode: 0o600 }),
    catch: (cause) => RunnerError.file("write", path, cause)
  })
  const segment: Segment = {
    ...like,
    effect: "delete",
    files: [{ path, gzip: false, rows: keys.length, bytes: Buffer.byteLength(text) }],
    header,
    covers: {}
  }
  return segment
})

/** Under another id each time: what is mended twice is written twice. */
const named = (segment: Segment, generation: number, version: number): Segment => ({
  ...segment,
  generation,
  covers: {},
  id: segmentId({
    stream: segment.stream,
    generation,
    work: `repair ${version}`,
    locator: `${segment.effect} ${segment.id} ${segment.asOf}`
  })
})

const mendSome = Effect.fnUntraced(function* (
  of: StreamProof,
  rows: ReadonlyArray<RowDifference>,
  file: CheckpointFile
) {
  const { plan, destination, prover, proof, context } = of
  const keys = rows.map(({ key }) => key)
  const stored = yield* checkpointNow(of)
  // Whole rows, also of the columns that drift.
  const actual = yield* prover.rowsOf(proof, keys, stored, context)
  const gone = rows.flatMap(({ key, kind }) => {
    const absence = actual.absent.get(key)
    const isGone = absence !== undefined && absence.kind !== "hidden"
    return kind === "extra" && isGone && key !== "" ? [key] : []
  })
  const segments = [
    ...(segmentRows(actual.segment) === 0 ? [] : [{ ...actual.segment, effect: "replace" as const }]),
    ...(gone.length === 0 ? [] : [yield* spoolKeys(of, actual.segment, gone)])
  ].map((segment) => named(segment, stored.generation, stored.version + 1))
  if (segments.length > 0) {
    yield* Effect.uninterruptible(
      Effect.gen(function* () {
        const { asOf: updatedAt } = actual.segment
        const checkpoint = { ...stored, version: stored.version + 1, updatedAt }
        const result = yield* destination.commit({
          stream: plan.stream,
          schema: plan.schema,
          segments,
          checkpoint,
          expectedVersion: stored.version,
          publish: false
        })
        yield* file.record(plan.stream, { ...checkpoint, rows: result.rows })
      })
    )
  }
  const after = yield* compare(
    of,
    { schema: proof.schema, segments: [actual.segment], keys, limit: keys.length },
    yield* checkpointNow(of)
  )
  yield* deleteFiles([actual.segment, ...segments])
  const still = new Set(after.rows.map(({ key }) => key))
  return keys.filter((key) => !still.has(key))
})

/** The keys that are right now. */
export const mend = Effect.fnUntraced(function* (
  of: StreamProof,
  rows: ReadonlyArray<RowDifference>,
  file: CheckpointFile
) {
  const mended: Array<string> = []
  if (rows.length === 0 || of.proof.isSnapshot) return mended
  yield* of.say(`mending ${counted(rows.length, "row")}`)
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    mended.push(...(yield* mendSome(of, rows.slice(at, at + rowsAtOnce), file)))
  }
  return mended
})
