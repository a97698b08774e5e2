/** The rows that updates and deletes mean must be there, outside the recycle bin, and be meant once. */
import { Effect } from "effect"
import type { SObject } from "../../org/field.ts"
import type { Org } from "../../org/org.ts"
import type { Draft } from "../draft.ts"
import { findById } from "../look-ups.ts"
import { deletedRecord, noSuchRecord, refusedRecord } from "../outcome.ts"

const forbidden = (object: SObject, operation: Draft["operation"]) => {
  const { createable, updateable, deletable } = object.traits
  const [allowed, word] =
    operation === "insert"
      ? [createable, "inserted"]
      : operation === "update"
        ? [updateable, "updated"]
        : [deletable, "deleted"]
  return allowed
    ? undefined
    : refusedRecord("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", `entity type cannot be ${word}: ${object.name}`)
}

export const checkTargets = Effect.fnUntraced(function* (org: Org["Service"], drafts: ReadonlyArray<Draft>) {
  for (const draft of drafts) draft.refusal ??= forbidden(draft.object, draft.operation)
  const aimed = drafts.filter(({ operation, refusal }) => operation !== "insert" && refusal === undefined)
  for (const [object, group] of Map.groupBy(aimed, (draft) => draft.object)) {
    const found = yield* findById(org, object, new Set(group.flatMap(({ id }) => id ?? [])))
    const seen = new Set<string>()
    for (const draft of group) {
      const target = found.get(draft.id ?? "")
      if (target === undefined) draft.refusal = noSuchRecord
      else if (target.deleted && draft.operation !== "hardDelete") draft.refusal = deletedRecord
      else if (seen.has(target.id)) {
        draft.refusal = refusedRecord("DUPLICATE_VALUE", `duplicate id in list: ${target.id}`, ["Id"])
      }
      seen.add(draft.id ?? "")
    }
  }
})
