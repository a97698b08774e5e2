/** Synthetic rows for objects that came from a saved schema: whatever fits each field. */
import { type Field, idPrefix, isStored, type SObject } from "../org/field.ts"
import { makeId } from "../org/id.ts"
import type { Org } from "../org/org.ts"
import { Random } from "./random.ts"
import type { Records } from "./records.ts"
import { Stamps } from "./stamps.ts"
import { syntheticValue } from "./synthetic-value.ts"

const ordinary = 50

/** Which ids the rows of each object will have, so that they can refer to each other. */
const futureIds = (org: Org["Service"], objects: ReadonlyArray<SObject>, count: (name: string) => number) =>
  new Map(
    objects.map((object) => {
      const first = org.ids.take(object, 0)
      return [
        object.name,
        Array.from({ length: count(object.name) }, (_, at) => makeId(idPrefix(object), first + at))
      ] as const
    })
  )

/** Adds rows to the objects called `names`: as many as `rows` says, or a few dozen. */
export const savedRecords = (
  org: Org["Service"],
  records: Records,
  names: ReadonlyArray<string>,
  rows: Readonly<Record<string, number>>,
  seed: number
): void => {
  const random = new Random(seed)
  const stamps = new Stamps(random, org.clock.now())
  const objects = names
    .map((name) => org.schema.object(name))
    .filter((object) => object !== undefined)
    .filter(({ traits }) => traits.queryable)
  const count = (name: string) => rows[name] ?? ordinary
  const ids = new Map<string, ReadonlyArray<string>>([
    ...futureIds(org, objects, count),
    ["User", [org.adminId]]
  ])
  const reference = (object: SObject, field: Field): string | null => {
    if (field.name === "MasterRecordId") return null
    if (field.name === "RecordTypeId") return object.recordTypes?.[0]?.id ?? null
    const targets = field.referenceTo.flatMap((name) => ids.get(name) ?? [])
    const optional = field.nillable && random.chance(0.3)
    return targets.length === 0 || optional ? null : random.pick(targets)
  }
  for (const object of objects) {
    const fields = object.fields.filter((field) => isStored(field) && field.type !== "id")
    const names = new Set(fields.map(({ name }) => name))
    for (let row = 1; row <= count(object.name); row++) {
      const values = fields.map((field) => [
        field.name,
        field.type === "reference" ? reference(object, field) : syntheticValue(field, row, random)
      ])
      const stamped = {
        ...Object.fromEntries(values),
        ...stamps.audit([org.adminId]),
        IsDeleted: false,
        ...(object.traits.undeletable && row % 25 === 0 ? stamps.binned(row % 14) : {})
      }
      records.add(
        object.name,
        Object.fromEntries(Object.entries(stamped).filter(([name]) => names.has(name)))
      )
    }
  }
}
