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
  /** In whole seconds. */
  readonly stamp: string
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
    return Effect.sync(() => {
      const begunAt = this.#clock.now()
      const due = begunAt + lateBySeconds * 1000
      this.#pending = [...this.#pending, { ...locked, begunAt, stamp: this.#clock.stamp(), due, statements }]
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

  #commit({ object, ids, stamp, statements }: Pending): Effect.Effect<void> {
    const store = this.#store
    if (ids.length === 0 || !has(object, "SystemModstamp")) return store.transaction(statements)
    const table = quoted(object.name)
    const waited = `SELECT "Id" FROM ${table} WHERE "Id" IN (${idList(ids)}) AND "SystemModstamp" > TIMESTAMP '${stamp}'`
    return Effect.flatMap(store.rows(waited), (rows) => {
      if (rows.length === 0) return store.transaction(statements)
      const columns = ["SystemModstamp", "LastModifiedDate"].filter((name) => has(object, name))
      const stamps = columns.map((name) => `${quoted(name)} = TIMESTAMP '${this.#clock.stamp()}'`)
      const again = `UPDATE ${table} SET ${stamps.join(", ")} WHERE "Id" IN (${idList(rows.map(([id]) => String(id)))})`
      return store.transaction([...statements, { sql: again }])
    })
  }

  reset(): void {
    this.#pending = []
  }
}
