/**
 * Tables that are made, and rows that are written, when the table is first asked for. An org starts with many tables of
 * which most clients read a few, and to make and fill them all takes longer than everything else at the start.
 *
 * Statements name each table in quotes, so what a statement reads or writes can be told from its text; a column of the
 * same name only fills a table early.
 */
import { Effect, Semaphore } from "effect"
import type { Statement } from "./writes.ts"

type Statements = ReadonlyArray<Statement>

export class LateRows {
  readonly #tables = new Map<string, Statement>()
  readonly #waiting = new Map<string, () => Statements>()
  readonly #write: (statements: Statements) => Effect.Effect<void>
  readonly #one = Semaphore.makeUnsafe(1)
  #isWriting = false

  /** `write` runs statements in a transaction of their own. */
  constructor(write: (statements: Statements) => Effect.Effect<void>) {
    this.#write = write
  }

  /** `statement` makes the table, empty. */
  create(table: string, statement: Statement): void {
    this.#tables.set(table, statement)
  }

  /** `make` gives the statements that fill the table. */
  wait(table: string, make: () => Statements): void {
    this.#waiting.set(table, make)
  }

  awaits(table: string): boolean {
    return this.#tables.has(table) || this.#waiting.has(table)
  }

  /** Forgets the rows. */
  forget(): void {
    this.#waiting.clear()
  }

  /** The effect, once the tables that the texts name have their rows. */
  before<A>(texts: ReadonlyArray<string>, effect: Effect.Effect<A>): Effect.Effect<A> {
    return this.#after(() => this.#take(texts), effect)
  }

  /** The effect, once all tables have their rows. */
  beforeAny<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return this.#after(() => this.#names().flatMap((table) => this.#takeTable(table)), effect)
  }

  #after<A, E, R>(take: () => Statements, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.suspend(() =>
      this.#tables.size === 0 && this.#waiting.size === 0 && !this.#isWriting
        ? effect
        : Effect.andThen(this.#fill(take), effect)
    )
  }

  /** One at a time: whoever asks for rows that are being written waits for them. */
  #fill(take: () => Statements): Effect.Effect<void> {
    return Effect.suspend(() => {
      const statements = take()
      if (statements.length === 0) return Effect.void
      this.#isWriting = true
      return Effect.ensuring(
        this.#write(statements),
        Effect.sync(() => {
          this.#isWriting = false
        })
      )
    }).pipe(this.#one.withPermits(1), Effect.uninterruptible)
  }

  #names(): ReadonlyArray<string> {
    return [...new Set([...this.#tables.keys(), ...this.#waiting.keys()])]
  }

  #take(texts: ReadonlyArray<string>): Statements {
    return this.#names()
      .filter((table) => texts.some((text) => text.includes(`"${table}"`)))
      .flatMap((table) => this.#takeTable(table))
  }

  /** Filling one table may read another, which is then filled first. */
  #takeTable(table: string): Statements {
    const create = this.#tables.get(table)
    const make = this.#waiting.get(table)
    this.#tables.delete(table)
    this.#waiting.delete(table)
    const statements = make?.() ?? []
    return [
      ...(create === undefined ? [] : [create]),
      ...this.#take(statements.map(({ sql }) => sql)),
      ...statements
    ]
  }
}
