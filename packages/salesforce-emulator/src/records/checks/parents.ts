/** Finds the parents that records name by an external id, and puts their Ids into the reference fields. */
import { Effect } from "effect"
import type { Field, SObject } from "../../org/field.ts"
import type { Org } from "../../org/org.ts"
import type { Draft } from "../draft.ts"
import { findByValue, lookUpKey } from "../look-ups.ts"
import { refusedRecord } from "../outcome.ts"
import type { ParentByValue } from "../record-values.ts"

type Found = ReadonlyMap<string, ReadonlyArray<string>>

const fill = (
  draft: Draft,
  { reference, parent, by, value }: ParentByValue,
  found: Found | undefined
): void => {
  const [id, another] = found?.get(lookUpKey(by, value)) ?? []
  if (id !== undefined && another === undefined) {
    draft.row = { ...draft.row, [reference.name]: id }
    return
  }
  draft.refusal ??=
    id === undefined
      ? refusedRecord(
          "INVALID_FIELD",
          `Foreign key external ID: ${value} not found for field ${by.name} in entity ${parent.name}`
        )
      : refusedRecord(
          "INVALID_FIELD",
          `More than one record found for external id field ${by.name} in entity ${parent.name}: ${value}`
        )
}

export const fillParents = Effect.fnUntraced(function* (org: Org["Service"], drafts: ReadonlyArray<Draft>) {
  const wanted = drafts.flatMap(({ parents }) => parents)
  const found = new Map<SObject, Map<Field, Found>>()
  for (const [parent, ofParent] of Map.groupBy(wanted, (each) => each.parent)) {
    const byField = new Map<Field, Found>()
    for (const [by, group] of Map.groupBy(ofParent, (each) => each.by)) {
      byField.set(
        by,
        yield* findByValue(
          org,
          parent,
          by,
          group.map(({ value }) => value)
        )
      )
    }
    found.set(parent, byField)
  }
  for (const draft of drafts) {
    for (const parent of draft.parents) fill(draft, parent, found.get(parent.parent)?.get(parent.by))
  }
})
