/**
 * Which rows are shared with whom. An object's rows are open to all users, or private: then only their owner sees
 * them. Single rows are shared and unshared on top of that, with every user who lacks View All Data, or with users by
 * name, which then counts whatever else they may do. Nothing of it moves a stamp.
 */
import { Effect } from "effect"
import type { SObject } from "../org/field.ts"
import { literal, type Store } from "../org/store.ts"

/** Stands for every user who lacks View All Data. */
const everybody = ""

export interface SharingChange {
  readonly ids: ReadonlyArray<string>
  /** Undefined: every user who lacks View All Data. */
  readonly userIds: ReadonlyArray<string> | undefined
}

export class Sharing {
  readonly #store: Store
  readonly #private = new Set<string>()
  /** Objects of which single rows are shared or unshared. */
  readonly #objects = new Set<string>()
  #version = 0

  constructor(store: Store) {
    this.#store = store
  }

  /** Another number after each change of what is private. */
  get version(): number {
    return this.#version
  }

  readonly reset: Effect.Effect<void> = Effect.suspend(() => {
    this.#private.clear()
    this.#version += 1
    this.#objects.clear()
    return this.#store.run(
      `CREATE OR REPLACE TABLE "_sharing" (object VARCHAR, record VARCHAR, user_id VARCHAR, visible BOOLEAN)`
    )
  })

  setPrivate(object: SObject, isPrivate: boolean): void {
    if (isPrivate) this.#private.add(object.name)
    else this.#private.delete(object.name)
    this.#version += 1
  }

  isPrivate(object: SObject): boolean {
    return this.#private.has(object.name)
  }

  /** Shares rows (`visible`) or takes them away. */
  change(object: SObject, { ids, userIds }: SharingChange, visible: boolean): Effect.Effect<void> {
    if (ids.length === 0) return Effect.void
    this.#objects.add(object.name)
    const users = userIds ?? [everybody]
    const records = ids.map(literal).join(", ")
    const forUsers = userIds === undefined ? "" : ` AND user_id IN (${users.map(literal).join(", ")})`
    const rows = ids.flatMap((id) =>
      users.map((user) => `(${literal(object.name)}, ${literal(id)}, ${literal(user)}, ${visible})`)
    )
    return this.#store.transaction([
      {
        sql: `DELETE FROM "_sharing" WHERE object = ${literal(object.name)} AND record IN (${records})${forUsers}`
      },
      { sql: `INSERT INTO "_sharing" VALUES ${rows.join(", ")}` }
    ])
  }

  /** The condition that a row of `alias` is shared with a user; undefined when all rows are. */
  condition(object: SObject, alias: string, userId: string, viewsAll: boolean): string | undefined {
    const isPrivate = this.#private.has(object.name)
    const marked = this.#objects.has(object.name)
    if (!marked && (viewsAll || !isPrivate)) return undefined
    const row = `${alias}."Id"`
    const told = (user: string, visible: boolean) =>
      `${row} IN (SELECT record FROM "_sharing" WHERE object = ${literal(object.name)} AND user_id = ${literal(user)} AND visible = ${visible})`
    const takenAway = `NOT ${told(userId, false)}`
    if (viewsAll) return takenAway
    const owned = object.fields.some(({ name }) => name === "OwnerId")
    const grounds = [
      told(userId, true),
      ...(owned ? [`${alias}."OwnerId" = ${literal(userId)}`] : []),
      isPrivate ? told(everybody, true) : `NOT ${told(everybody, false)}`
    ]
    return `(${takenAway} AND (${grounds.join(" OR ")}))`
  }
}
