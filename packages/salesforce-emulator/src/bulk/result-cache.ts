/**
 * Result files by what is in them: a query that selects the same rows of unchanged records as one before finds them
 * ready, so that a repeated back-fill costs the emulator next to nothing and what is measured is the client. Asking
 * which rows a query selects is cheap beside printing them; so two queries are told apart by their rows, not by their
 * text: a window that ends at another time, after the last change, is the same.
 */
import { rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Semaphore } from "effect"
import type { Org } from "../org/org.ts"
import { type Plan, selectRows } from "../soql/plan.ts"
import type { ResultRecipe, ResultSet } from "./result-set.ts"

/** Bytes of files that wait to be asked for again. */
const KEPT_BYTES = 8 * 1024 ** 3

interface Lease {
  readonly result: ResultSet
  /** To be run once, when no page of the result is asked for any more. */
  readonly release: Effect.Effect<void>
}

interface Entry {
  readonly key: string
  readonly version: number
  readonly folder: string
  readonly result: ResultSet
  readonly bytes: number
  leases: number
}

export interface ResultCache {
  /** The result of a plan, made by `build` in the folder it is given unless it is there. */
  readonly take: (
    plan: Plan,
    recipe: ResultRecipe,
    build: (folder: string) => Effect.Effect<ResultSet>
  ) => Effect.Effect<Lease>
  readonly reset: Effect.Effect<void>
}

const sizeOf = async ({ file }: ResultSet): Promise<number> =>
  (await stat(file.rawPath)).size + (await stat(file.packedPath)).size

/** Which rows a plan selects: how many, and two sums of their Ids' hashes. */
const rowsOf = (org: Org["Service"], plan: Plan): Effect.Effect<string> =>
  plan.object.sharesId === true
    ? Effect.succeed(plan.where)
    : Effect.map(
        org.store.rows(
          `SELECT count(*)::VARCHAR, sum(hash(id))::VARCHAR, bit_xor(hash(id))::VARCHAR FROM (${selectRows(plan, `${plan.idSql} AS id`)})`
        ),
        ([row]) => JSON.stringify(row)
      )

export const makeResultCache = (org: Org["Service"]): ResultCache => {
  /** Oldest use first. */
  let entries: ReadonlyArray<Entry> = []
  const building = new Map<string, Semaphore.Semaphore>()
  let count = 0

  const remove = (folder: string) =>
    Effect.promise(() => rm(folder, { recursive: true, force: true })).pipe(Effect.ignore)

  /** Removes what nobody uses and nobody can ask for again, then the oldest of the rest until it fits. */
  const tidy = Effect.suspend(() => {
    const version = org.store.version()
    let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0)
    const gone = entries.filter((entry) => {
      const unwanted = entry.leases === 0 && (entry.version !== version || bytes > KEPT_BYTES)
      if (unwanted) bytes -= entry.bytes
      return unwanted
    })
    entries = entries.filter((entry) => !gone.includes(entry))
    return Effect.forEach(gone, ({ folder }) => remove(folder), { discard: true })
  })

  const lease = (entry: Entry): Lease => {
    entry.leases += 1
    entries = [...entries.filter((other) => other !== entry), entry]
    return {
      result: entry.result,
      release: Effect.suspend(() => {
        entry.leases -= 1
        return tidy
      })
    }
  }

  /** `version` is from before the rows of `key` were asked for: what changes meanwhile leaves an entry nobody finds. */
  const make = (key: string, version: number, build: (folder: string) => Effect.Effect<ResultSet>) =>
    Effect.gen(function* () {
      const ready = entries.find((entry) => entry.key === key && entry.version === version)
      if (ready !== undefined) return lease(ready)
      count += 1
      const folder = join(org.folder, "bulk", "results", String(count))
      const result = yield* build(folder).pipe(Effect.onInterrupt(() => remove(folder)))
      const bytes = yield* Effect.promise(() => sizeOf(result))
      const made = lease({ key, version, folder, result, bytes, leases: 0 })
      yield* tidy
      return made
    })

  return {
    take: Effect.fnUntraced(function* (plan, { sql: _, ...reading }, build) {
      const version = org.store.version()
      const key = JSON.stringify({ ...reading, rows: yield* rowsOf(org, plan) })
      const one = building.get(key) ?? Semaphore.makeUnsafe(1)
      building.set(key, one)
      return yield* one.withPermits(1)(make(key, version, build))
    }),
    reset: Effect.suspend(() => {
      const all = entries
      entries = []
      building.clear()
      return Effect.forEach(all, ({ folder }) => remove(folder), { discard: true })
    })
  }
}
