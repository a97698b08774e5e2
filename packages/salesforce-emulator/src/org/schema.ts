/** The objects of the org, looked up as Salesforce does: by name in any case. */
import type { Field, SObject } from "./field.ts"
import { orgObjects } from "./metadata/org-objects.ts"

export interface ChildRelationship {
  readonly object: SObject
  readonly field: Field
}

export class OrgSchema {
  readonly #objects = new Map<string, SObject>()
  readonly #fields = new WeakMap<SObject, Map<string, Field>>()

  #changedAt: number

  /** `now` is the org's time in milliseconds, here and in `put`. */
  constructor(now: number, objects: ReadonlyArray<SObject> = orgObjects) {
    this.#changedAt = now
    for (const object of objects) this.put(object, now)
  }

  /** When an object or field last changed; describes are older for nobody. */
  get changedAt(): number {
    return this.#changedAt
  }

  /** All objects in alphabetical order. */
  all(): ReadonlyArray<SObject> {
    return [...this.#objects.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  object(name: string): SObject | undefined {
    return this.#objects.get(name.toLowerCase())
  }

  /** Adds an object or takes the place of the one with its name. */
  put(object: SObject, now: number): void {
    this.#changedAt = now
    this.#objects.set(object.name.toLowerCase(), object)
  }

  byPrefix(id: string): SObject | undefined {
    return this.all().find((object) => object.keyPrefix !== null && id.startsWith(object.keyPrefix))
  }

  field(object: SObject, name: string): Field | undefined {
    let byName = this.#fields.get(object)
    if (byName === undefined) {
      byName = new Map(object.fields.map((field) => [field.name.toLowerCase(), field]))
      this.#fields.set(object, byName)
    }
    return byName.get(name.toLowerCase())
  }

  /** The reference field behind a parent relationship such as `Account` or `CreatedBy`. */
  relationship(object: SObject, name: string): Field | undefined {
    return object.fields.find(
      (field) => field.relationshipName?.toLowerCase() === name.toLowerCase() && field.type === "reference"
    )
  }

  /** The reference fields of other objects that point at this one. */
  children(object: SObject): ReadonlyArray<ChildRelationship> {
    return this.all().flatMap((child) =>
      child.fields
        .filter((field) => field.referenceTo.includes(object.name) && field.name !== "MasterRecordId")
        .map((field) => ({ object: child, field }))
    )
  }
}
