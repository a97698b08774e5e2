/**
 * When synthetic rows were written: in the years before `liveUntil`, or, for those in the recycle bin, within the
 * last days.
 */
import type { Random } from "./random.ts"

const second = 1000
export const day = 24 * 3600 * second
export const since = Date.UTC(2019, 0, 1)
export const liveUntil = Date.UTC(2025, 5, 30)

export const isoDay = (millis: number): string => new Date(millis).toISOString().slice(0, 10)

const knownDays = new Map<number, string>()

/** The days come again and again, and a Date takes its time to print itself. */
const knownDay = (number: number): string => {
  const known = knownDays.get(number)
  if (known !== undefined) return known
  const text = isoDay(number * day)
  knownDays.set(number, text)
  return text
}

const two = (number: number): string => (number < 10 ? `0${number}` : String(number))

export const isoSecond = (millis: number): string => {
  const number = Math.floor(millis / day)
  const seconds = Math.floor(millis / second) - (number * day) / second
  const minutes = Math.floor(seconds / 60)
  return `${knownDay(number)}T${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`
}

export class Stamps {
  readonly #random: Random
  readonly #today: number

  constructor(random: Random, now: number) {
    this.#random = random
    this.#today = Math.floor(now / day) * day
  }

  /** Created and last modified, by some of the users. */
  audit(userIds: ReadonlyArray<string>) {
    const created = this.#random.integer(since, liveUntil - 30 * day)
    const modified = this.#random.integer(created, liveUntil)
    return {
      CreatedDate: isoSecond(created),
      CreatedById: this.#random.pick(userIds),
      LastModifiedDate: isoSecond(modified),
      LastModifiedById: this.#random.pick(userIds),
      SystemModstamp: isoSecond(this.#random.chance(0.1) ? modified + 60 * second : modified)
    }
  }

  /** Of a row that went to the recycle bin `daysAgo`. */
  binned(daysAgo: number) {
    const at = isoSecond(this.#today - daysAgo * day + 9 * 3600 * second)
    return { IsDeleted: true, LastModifiedDate: at, SystemModstamp: at }
  }
}
