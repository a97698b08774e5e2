/** No two records may share a value of a unique field, neither with the org's rows nor among themselves. */
import { Effect } from "effect"
import type { Field, SObject } from "../../org/field.ts"
import type { Org } from "../../org/org.ts"
import type { Draft } from "../draft.ts"
import { findByValue, lookUpKey } from "../look-ups.ts"
import { refusedRecord } from "../outcome.ts"

const duplicate = (field: Field, id: string) =>
  refusedRecord(
    "DUPLICATE_VALUE",
    `duplicate value found: ${field.name} duplicates value on record with id: ${id}`,
    [field.name]
  )

const checkField = Effect.fnUntraced(function* (
  org: Org["Service"],
  object: SObject,
  field: Field,
  drafts: ReadonlyArray<Draft>
) {
  const given = drafts.flatMap((draft) => {
    const value = draft.row[field.name]
    return draft.refusal === undefined && typeof value === "string"
      ? [{ draft, key: lookUpKey(field, value) }]
      : []
  })
  const found = yield* findByValue(
    org,
    object,
    field,
    given.map(({ key }) => key)
  )
  const taken = new Map<string, string>()
  for (const { draft, key } of given) {
    const other = found.get(key)?.find((id) => id !== draft.id) ?? taken.get(key)
    if (other !== undefined) draft.refusal = duplicate(field, other)
    else if (draft.id !== undefined) taken.set(key, draft.id)
  }
})

export const checkUnique = Effect.fnUntraced(function* (org: Org["Service"], drafts: ReadonlyArray<Draft>) {
  const written = drafts.filter(({ operation }) => operation === "insert" || operation === "update")
  for (const [object, group] of Map.groupBy(written, (draft) => draft.object)) {
    for (const field of object.fields) if (field.unique) yield* checkField(org, object, field, group)
  }
})
