/**
 * When writes become visible. Salesforce stamps a row when it is written and shows it when its transaction commits,
 * up to minutes later; a late commit here is such a transaction. It locks the rows that it changes: another change of
 * one waits and is stamped after it. Here that other change is shown at once, and its row is stamped again when the
 * late one is committed, so that no stamp ever goes back.
 */
import { Effect } from "effect"
import type { OrgClock } from "./clock.ts"
import type { SObject } from "./field.ts"
import { quoted, type Store } from "./store.ts"
import { has, idList, type Statement } from "./writes.ts"

interface Locked {
  readonly object: SObject
  readonly ids: ReadonlyArray<string>
}

interface Pending extends Locked {
  readonly begunAt: number
  /** Stamps of the locked rows when it began. */
  readonly stamps: ReadonlyMap<string, string>
  readonly due: number
  readonly statements: ReadonlyArray<Statement>
}

export class Commits {
  readonly #store: Store
  readonly #clock: OrgClock
  #pending: ReadonlyArray<Pending> = []

  constructor(store: Store, clock: OrgClock) {
    this.#store = store
    this.#clock = clock
  }

  write(statements: ReadonlyArray<Statement>): Effect.Effect<void> {
    return this.#store.transaction(statements)
  }

  /** Writes when the org's clock is `lateBySeconds` further on. */
  writeLate(
    statements: ReadonlyArray<Statement>,
    lateBySeconds: number,
    locked: Locked
  ): Effect.Effect<void> {
    return Effect.map(this.#stamps(locked), (stamps) => {
      const begunAt = this.#clock.now()
      const due = begunAt + lateBySeconds * 1000
      this.#pending = [...this.#pending, { ...locked, begunAt, stamps, due, statements }]
    })
  }

  /** When the oldest transaction began that is not visible yet, in milliseconds. */
  openSince(): number | undefined {
    return this.#pending.reduce<number | undefined>(
      (oldest, { begunAt }) => Math.min(begunAt, oldest ?? begunAt),
      undefined
    )
  }

  /** Makes what is due visible. */
  readonly settle: Effect.Effect<void> = Effect.suspend(() => {
    const now = this.#clock.now()
    const due = this.#pending.filter((pending) => pending.due <= now)
    if (due.length === 0) return Effect.void
    this.#pending = this.#pending.filter((pending) => pending.due > now)
    return Effect.forEach(due, (pending) => this.#commit(pending), { discard: true })
  })

  #stamps({ object, ids }: Locked): Effect.Effect<ReadonlyMap<string, string>> {
    if (ids.length === 0 || !has(object, "SystemModstamp")) return Effect.succeed(new Map())
    const rows = this.#store.rows(
      `SELECT "Id", CAST("SystemModstamp" AS VARCHAR) FROM ${quoted(object.name)} WHERE "Id" IN (${idList(ids)})`
    )
    return Effect.map(rows, (found) => new Map(found.map(([id, stamp]) => [String(id), String(stamp)])))
  }

  #commit(pending: Pending): Effect.Effect<void> {
    const { object, stamps, statements } = pending
    return Effect.flatMap(this.#stamps(pending), (now) => {
      const waited = [...now].filter(([id, stamp]) => stamp !== stamps.get(id)).map(([id]) => id)
      if (waited.length === 0) return this.#store.transaction(statements)
      const columns = ["SystemModstamp", "LastModifiedDate"].filter((name) => has(object, name))
      const again = columns.map((name) => `${quoted(name)} = TIMESTAMP '${this.#clock.stamp()}'`)
      const sql = `UPDATE ${quoted(object.name)} SET ${again.join(", ")} WHERE "Id" IN (${idList(waited)})`
      return this.#store.transaction([...statements, { sql }])
    })
  }

  reset(): void {
    this.#pending = []
  }
}
