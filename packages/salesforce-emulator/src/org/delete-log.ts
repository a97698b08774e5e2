/**
 * How far back getDeleted reaches: 15 days, or less when the log of an object was purged, as Salesforce does with the
 * oldest entries of a log that grows too long.
 */
import type { SObject } from "./field.ts"
import { binDays } from "./passage.ts"

const day = 24 * 3600 * 1000

export class DeleteLog {
  readonly #purgedAt = new Map<string, number>()

  /** The time, in milliseconds, from which the log is whole. */
  wholeSince(object: SObject, now: number): number {
    return Math.max(now - binDays * day, this.#purgedAt.get(object.name) ?? 0)
  }

  purge(object: SObject, now: number): void {
    this.#purgedAt.set(object.name, now)
  }

  reset(): void {
    this.#purgedAt.clear()
  }
}
