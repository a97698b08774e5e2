/**
 * Writes that users make: inserts, updates, upserts and deletes of any number of records of any objects, checked one
 * by one and written in one transaction. REST rows, collections, trees and bulk jobs all come through here.
 */
import { Context, Effect, Layer, Semaphore } from "effect"
import type { SObject } from "../org/field.ts"
import { Org } from "../org/org.ts"
import { writeStatements } from "../org/write-set.ts"
import type { Statement } from "../org/writes.ts"
import { SalesforceError } from "../server/salesforce-error.ts"
import { fillParents } from "./checks/parents.ts"
import { checkReferences } from "./checks/references.ts"
import { checkTargets } from "./checks/targets.ts"
import { checkUnique } from "./checks/unique.ts"
import type { Draft, Write } from "./draft.ts"
import { type Outcome, rolledBack } from "./outcome.ts"
import { checkRecord } from "./record-values.ts"
import { resolveUpserts } from "./upserts.ts"

export interface WriteOptions {
  readonly userId: string
  /** Whether one refused record undoes all others. */
  readonly allOrNone?: boolean
}

/** Whether the fiber is in a unit, which keeps all other writes waiting already. */
const InUnit = Context.Reference<boolean>("salesforce-emulator/records/InUnit", {
  defaultValue: () => false
})

export class RecordWrites extends Context.Service<
  RecordWrites,
  {
    /** Writes the records and answers for each, in order. */
    readonly write: (
      writes: ReadonlyArray<Write>,
      options: WriteOptions
    ) => Effect.Effect<ReadonlyArray<Outcome>>
    /** Runs an effect whose writes are all undone unless `keep` accepts its result. */
    readonly unit: <A, E, R>(
      effect: Effect.Effect<A, E, R>,
      keep: (result: A) => boolean
    ) => Effect.Effect<A, E, R>
    /** An id for a record that is to be inserted. */
    readonly newId: (object: SObject) => string
  }
>()("salesforce-emulator/records/RecordWrites") {
  static readonly layer = Layer.effect(
    RecordWrites,
    Effect.gen(function* () {
      const org = yield* Org
      // Checks and writes of one call belong together: two upserts of one new value must not both insert.
      const oneAtATime = yield* Semaphore.make(1)
      return RecordWrites.of({
        write: (writes, options) =>
          Effect.flatMap(InUnit, (inside) => {
            const written = writeAll(org, writes, options)
            return inside ? written : oneAtATime.withPermits(1)(written)
          }),
        unit: (effect, keep) =>
          oneAtATime.withPermits(1)(org.store.unit(effect.pipe(Effect.provideService(InUnit, true)), keep)),
        newId: (object) => org.ids.next(object)
      })
    })
  )
}

const writeAll = Effect.fnUntraced(function* (
  org: Org["Service"],
  writes: ReadonlyArray<Write>,
  { userId, allOrNone = false }: WriteOptions
) {
  yield* org.settle
  const seen = yield* org.as(userId)
  const drafts = yield* resolveUpserts(seen, writes)
  for (const draft of drafts) if (draft.refusal === undefined) checkValues(seen, draft)
  yield* fillParents(seen, drafts)
  yield* checkTargets(seen, drafts)
  yield* checkReferences(seen, drafts)
  yield* checkUnique(org, drafts)
  const undone = allOrNone && drafts.some(({ refusal }) => refusal !== undefined)
  const good = undone ? [] : drafts.filter(({ refusal }) => refusal === undefined)
  if (good.length > 0) yield* org.commits.write(statementsOf(org, userId, good))
  return drafts.map((draft) => outcomeOf(draft, undone))
})

function checkValues(org: Org["Service"], draft: Draft): void {
  if (draft.operation !== "insert" && draft.operation !== "update") return
  const checked = checkRecord(org.schema, draft.object, draft.operation, draft.input)
  if (checked instanceof SalesforceError) {
    draft.refusal = checked
    return
  }
  draft.row = checked.row
  draft.parents = checked.parents
}

function outcomeOf({ operation, id, refusal }: Draft, undone: boolean): Outcome {
  const error = refusal ?? (undone ? rolledBack : undefined)
  if (error !== undefined) return { success: false, id: operation === "insert" ? undefined : id, error }
  return { success: true, id: id ?? "", created: operation === "insert" }
}

function statementsOf(
  org: Org["Service"],
  userId: string,
  drafts: ReadonlyArray<Draft>
): ReadonlyArray<Statement> {
  const context = org.writing(userId)
  return [...Map.groupBy(drafts, ({ object }) => object.name)].flatMap(([name, group]) => {
    const object = org.schema.object(name)
    if (object === undefined) return []
    const of = (operation: Draft["operation"]) => group.filter((draft) => draft.operation === operation)
    const rows = (operation: Draft["operation"]) =>
      of(operation).map(({ row, id }) => ({ ...row, Id: id ?? "" }))
    const ids = (operation: Draft["operation"]) => of(operation).map(({ id }) => id ?? "")
    return writeStatements(context, object, {
      insert: rows("insert"),
      update: rows("update"),
      delete: ids("delete"),
      hardDelete: ids("hardDelete")
    })
  })
}
