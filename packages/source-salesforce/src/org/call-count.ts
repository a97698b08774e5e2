/**
 * The calls that a spec has made in the last 24 hours, over all its runs, in a file. Several processes that work with
 * one folder add up: each puts what it has made itself to what the file says by then.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { Result, Schema } from "effect"

const CALLS_PER_SAVE = 20
const DAY = 24 * 60 * 60 * 1000

export interface CallCount {
  readonly add: () => void
  /** Of the last 24 hours. */
  readonly total: () => number
  readonly save: () => void
}

type ByHour = ReadonlyMap<string, number>

const Counts = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Int))

const hourOf = (millis: number): string => new Date(millis).toISOString().slice(0, 13)

const sum = (counts: ByHour): number => [...counts.values()].reduce((all, calls) => all + calls, 0)

const stored = (file: string, now: number): ByHour => {
  const text = Result.try(() => readFileSync(file, "utf8"))
  const decoded = Result.flatMap(text, (found) => Schema.decodeUnknownResult(Counts)(found))
  const oldest = hourOf(now - DAY)
  const hours = Result.isSuccess(decoded) ? Object.entries(decoded.success) : []
  return new Map(hours.filter(([hour]) => hour >= oldest))
}

/** Calls by the hour; a file that cannot be read counts as none, one that cannot be written is not kept. */
export const openCallCount = (file: string, now: () => number = Date.now): CallCount => {
  let known = stored(file, now())
  let own = new Map<string, number>()
  const save = (): void => {
    if (own.size === 0) return
    const all = new Map(stored(file, now()))
    for (const [hour, calls] of own) all.set(hour, (all.get(hour) ?? 0) + calls)
    const text = JSON.stringify(Object.fromEntries(all))
    const written = Result.try(() => {
      mkdirSync(dirname(file), { recursive: true })
      const beside = `${file}.${process.pid}.new`
      writeFileSync(beside, text)
      renameSync(beside, file)
    })
    if (Result.isFailure(written)) return
    known = all
    own = new Map()
  }
  return {
    add: () => {
      const hour = hourOf(now())
      own.set(hour, (own.get(hour) ?? 0) + 1)
      if (sum(own) % CALLS_PER_SAVE === 0) save()
    },
    total: () => {
      const oldest = hourOf(now() - DAY)
      return sum(new Map([...known].filter(([hour]) => hour >= oldest))) + sum(own)
    },
    save
  }
}
