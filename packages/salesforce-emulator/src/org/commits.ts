/**
 * When writes become visible. Salesforce stamps a row when it is written and shows it when its transaction commits,
 * up to minutes later; a late commit here is such a transaction.
 */
import { Effect } from "effect"
import type { OrgClock } from "./clock.ts"
import type { Store } from "./store.ts"
import type { Statement } from "./writes.ts"

interface Pending {
  readonly begunAt: number
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

  /** Writes at once, or when the org's clock is `lateBySeconds` further on. */
  write(statements: ReadonlyArray<Statement>, lateBySeconds: number): Effect.Effect<void> {
    if (lateBySeconds <= 0) return this.#store.transaction(statements)
    return Effect.sync(() => {
      const begunAt = this.#clock.now()
      this.#pending = [...this.#pending, { begunAt, due: begunAt + lateBySeconds * 1000, statements }]
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
    return Effect.forEach(due, ({ statements }) => this.#store.transaction(statements), { discard: true })
  })

  reset(): void {
    this.#pending = []
  }
}
