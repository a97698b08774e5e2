/** What most standard objects have in common, so that each says only what sets it apart. */
import type { ObjectTraits } from "../field.ts"

/** What users may do with most standard objects. */
export const standardTraits: ObjectTraits = {
  createable: true,
  deepCloneable: false,
  deletable: true,
  feedEnabled: true,
  layoutable: true,
  mergeable: false,
  mruEnabled: true,
  queryable: true,
  replicateable: true,
  retrieveable: true,
  searchable: true,
  triggerable: true,
  undeletable: true,
  updateable: true
}

/** Set-up objects that clients only read. */
export const setupTraits: ObjectTraits = {
  createable: false,
  deepCloneable: false,
  deletable: false,
  feedEnabled: false,
  layoutable: false,
  mergeable: false,
  mruEnabled: false,
  queryable: true,
  replicateable: true,
  retrieveable: true,
  searchable: false,
  triggerable: false,
  undeletable: false,
  updateable: false
}
