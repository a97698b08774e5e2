/** The objects of the org, looked up as Salesforce does: by name in any case. */
import type { Field, SObject } from "./field.ts"
import { orgObjects } from "./metadata/org-objects.ts"

export interface ChildRelationship {
  readonly object: SObject
  readonly field: Field
}

/** Whether a user lacks the right to see an object, or a field of it. */
export type Hides = (object: SObject, field?: Field) => boolean

const second = 1000

export class OrgSchema {
  readonly #initial: ReadonlyArray<SObject>
  readonly #objects = new Map<string, SObject>()
  readonly #changedAt = new Map<string, number>()
  readonly #fields = new WeakMap<SObject, Map<string, Field>>()
  #bornAt: number
  #latest: number

  /** What there is, whoever asks: formulas read it with the org's eyes. */
  readonly whole: OrgSchema

  /** `now` is the org's time in milliseconds, here and below. */
  constructor(now: number, objects: ReadonlyArray<SObject> = orgObjects, whole?: OrgSchema) {
    this.#initial = objects
    this.#bornAt = now
    this.#latest = now
    this.whole = whole ?? this
    for (const object of objects) this.#objects.set(object.name.toLowerCase(), object)
  }

  /** When any object or field last changed. */
  get changedAt(): number {
    return this.#latest
  }

  /** When the object last changed; describes are older for nobody. */
  changedAtOf(object: SObject): number {
    return this.whole.#changedAt.get(object.name.toLowerCase()) ?? this.whole.#bornAt
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
    this.#objects.set(object.name.toLowerCase(), object)
    this.touch(object, now)
  }

  remove(object: SObject, now: number): void {
    this.#objects.delete(object.name.toLowerCase())
    this.touch(object, now)
  }

  /**
   * Says that the object's describe is another one now. Clients compare whole seconds, so a change is dated to the
   * second after every describe that came before it.
   */
  touch(object: SObject, now: number): void {
    this.#latest = Math.max((Math.floor(now / second) + 1) * second, this.#latest + second)
    this.#changedAt.set(object.name.toLowerCase(), this.#latest)
  }

  /** Forgets all changes. */
  reset(now: number): void {
    this.#objects.clear()
    this.#changedAt.clear()
    for (const object of this.#initial) this.#objects.set(object.name.toLowerCase(), object)
    this.#latest = Math.max(now, this.#latest + second)
    this.#bornAt = this.#latest
  }

  /** The part that a user may see. */
  without(hides: Hides): OrgSchema {
    const seen = this.all()
      .filter((object) => !hides(object))
      .map((object) => {
        const fields = object.fields.filter((field) => !hides(object, field))
        return fields.length === object.fields.length ? object : { ...object, fields }
      })
    return new OrgSchema(this.#latest, seen, this)
  }

  byPrefix(id: string): SObject | undefined {
    return this.all().find((object) => object.keyPrefix !== null && id.startsWith(object.keyPrefix))
  }

  field(object: SObject, name: string): Field | undefined {
    let byName = this.#fields.get(object)
    if (byName === undefined) {
      byName = new Map(
        object.fields.flatMap((field) => [
          [field.name.toLowerCase(), field],
          [field.name, field]
        ])
      )
      this.#fields.set(object, byName)
    }
    return byName.get(name) ?? byName.get(name.toLowerCase())
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
