/** Counts out the ids of new rows. */
import { idPrefix, type SObject } from "./field.ts"
import { makeId } from "./id.ts"

/** What objects show that have no records of their own. */
const emptyId = "000000000000000AAA"

export class IdSequence {
  readonly #next = new Map<string, number>()

  next(object: SObject): string {
    return object.sharesId === true ? emptyId : makeId(idPrefix(object), this.take(object, 1))
  }

  /** Reserves `count` numbers and returns the first. */
  take(object: SObject, count: number): number {
    const first = this.#next.get(object.name) ?? 1
    this.#next.set(object.name, first + count)
    return first
  }

  reset(): void {
    this.#next.clear()
  }
}
