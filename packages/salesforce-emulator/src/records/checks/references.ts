/** Reference fields must hold the Id of a live record of an object they may refer to. */
import { Effect } from "effect"
import type { Field, SObject } from "../../org/field.ts"
import type { Org } from "../../org/org.ts"
import type { Draft } from "../draft.ts"
import { type Found, findById } from "../look-ups.ts"
import { deletedRecord, noSuchRecord, refusedRecord } from "../outcome.ts"

interface Reference {
  readonly draft: Draft
  readonly field: Field
  readonly id: string
}

const prefixOf = (object: SObject) => object.keyPrefix ?? object.idPrefix

const collect = (org: Org["Service"], drafts: ReadonlyArray<Draft>): ReadonlyArray<Reference> =>
  drafts.flatMap((draft) => {
    if (draft.refusal !== undefined) return []
    return Object.entries(draft.row).flatMap(([name, value]): ReadonlyArray<Reference> => {
      const field = org.schema.field(draft.object, name)
      return field?.type === "reference" && typeof value === "string" ? [{ draft, field, id: value }] : []
    })
  })

/** The object of the org that the id belongs to; `outside` when the field refers to objects this org has not. */
const ownerOf = (org: Org["Service"], { field, id }: Reference): SObject | "outside" | "wrong" => {
  const candidates = field.referenceTo.map((name) => org.schema.object(name))
  const owner = candidates.find((object) => object !== undefined && id.startsWith(prefixOf(object) ?? "-"))
  if (owner !== undefined) return owner
  return candidates.includes(undefined) || field.referenceTo.length === 0 ? "outside" : "wrong"
}

const judge = (
  { draft, field, id }: Reference,
  found: ReadonlyMap<string, Found>,
  fresh: ReadonlySet<string>
) => {
  const target = found.get(id)
  if (fresh.has(id) || (target !== undefined && !target.deleted)) return
  const { errorCode, message } = target === undefined ? noSuchRecord : deletedRecord
  draft.refusal ??= refusedRecord(errorCode, message, [field.name])
}

export const checkReferences = Effect.fnUntraced(function* (
  org: Org["Service"],
  drafts: ReadonlyArray<Draft>
) {
  const fresh = new Set(
    drafts.flatMap(({ operation, id }) => (operation === "insert" && id !== undefined ? [id] : []))
  )
  const byOwner = Map.groupBy(collect(org, drafts), (reference) => ownerOf(org, reference))
  for (const [owner, references] of byOwner) {
    if (owner === "outside") continue
    if (owner === "wrong") {
      for (const { draft, field, id } of references) {
        const told = `${field.label}: id value of incorrect type: ${id}`
        draft.refusal ??= refusedRecord("FIELD_INTEGRITY_EXCEPTION", told, [field.name])
      }
      continue
    }
    const found = yield* findById(org, owner, new Set(references.map(({ id }) => id)))
    for (const reference of references) judge(reference, found, fresh)
  }
})
