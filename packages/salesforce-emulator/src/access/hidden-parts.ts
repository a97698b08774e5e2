/** Objects and fields that all users, or some, have no right to read. To those they do not seem to exist. */
import type { Field, SObject } from "../org/field.ts"

/** Undefined: all users. */
type Users = ReadonlySet<string> | undefined

export class HiddenParts {
  readonly #parts = new Map<string, Users>()
  #version = 0

  /** Another number after each change. */
  get version(): number {
    return this.#version
  }

  hide(object: SObject, field: Field | undefined, userIds: ReadonlyArray<string> | undefined): void {
    const key = keyOf(object, field)
    const known = this.#parts.get(key)
    const all = userIds === undefined || (this.#parts.has(key) && known === undefined)
    this.#parts.set(key, all ? undefined : new Set([...(known ?? []), ...userIds]))
    this.#version += 1
  }

  /** Shows it to all users again. */
  show(object: SObject, field: Field | undefined): void {
    this.#parts.delete(keyOf(object, field))
    this.#version += 1
  }

  isHidden(userId: string, object: SObject, field?: Field): boolean {
    const key = keyOf(object, field)
    return this.#parts.has(key) && (this.#parts.get(key)?.has(userId) ?? true)
  }

  /** Whether anything is hidden from the user. */
  any(userId: string): boolean {
    return [...this.#parts.values()].some((users) => users?.has(userId) ?? true)
  }

  reset(): void {
    this.#parts.clear()
    this.#version += 1
  }
}

const keyOf = (object: SObject, field: Field | undefined) => `${object.name}.${field?.name ?? ""}`
