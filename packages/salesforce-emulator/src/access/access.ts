/** Who may see what: permissions, hidden objects and fields, sharing. Gives each user a sight of the org. */
import { Effect } from "effect"
import type { OrgSchema } from "../org/schema.ts"
import type { Store } from "../org/store.ts"
import { HiddenParts } from "./hidden-parts.ts"
import { ownPermissions, permissionsOf, tablesOfUsers, timeZoneOf } from "./permissions.ts"
import { Sharing } from "./sharing.ts"
import { everything, type Sight } from "./sight.ts"

interface Seen {
  readonly schema: OrgSchema
  readonly sight: Sight
}

interface User {
  readonly held: ReadonlySet<string>
  readonly timeZone: string
}

/** As long as no number of `at` has changed, what was found out about a user holds. */
interface Known<A> {
  readonly at: string
  readonly value: A
}

export class Access {
  readonly hidden = new HiddenParts()
  readonly sharing: Sharing
  readonly #store: Store
  readonly #schema: OrgSchema
  readonly #users = new Map<string, Known<User>>()
  readonly #schemas = new Map<string, Known<OrgSchema>>()

  constructor(store: Store, schema: OrgSchema) {
    this.#store = store
    this.#schema = schema
    this.sharing = new Sharing(store)
  }

  /** The org as the user sees it. */
  seenBy(userId: string): Effect.Effect<Seen> {
    return Effect.map(this.#user(userId), ({ held, timeZone }) => {
      const sight: Sight = {
        userId,
        timeZone,
        may: (permission) => held.has(permission),
        rows: (object) =>
          object.name === "UserPermissionAccess"
            ? ownPermissions(this.#schema, held)
            : everything(userId).rows(object),
        shared: (object, alias) => this.sharing.condition(object, alias, userId, held.has("ViewAllData"))
      }
      return { schema: this.#visible(userId), sight }
    })
  }

  /** Shows everything to everybody; also the first thing to do. */
  readonly reset: Effect.Effect<void> = Effect.suspend(() => {
    this.hidden.reset()
    return this.sharing.reset
  })

  #user(userId: string): Effect.Effect<User> {
    const at = `${this.#store.changedAt(tablesOfUsers)}`
    const known = this.#users.get(userId)
    if (known?.at === at) return Effect.succeed(known.value)
    const found = Effect.all({
      held: permissionsOf(this.#store, this.#schema, userId),
      timeZone: timeZoneOf(this.#store, userId)
    })
    return Effect.map(found, (value) => {
      this.#users.set(userId, { at, value })
      return value
    })
  }

  #visible(userId: string): OrgSchema {
    if (!this.hidden.any(userId)) return this.#schema
    const at = `${this.#schema.changedAt} ${this.hidden.version}`
    const known = this.#schemas.get(userId)
    if (known?.at === at) return known.value
    const value = this.#schema.without((object, field) => this.hidden.isHidden(userId, object, field))
    this.#schemas.set(userId, { at, value })
    return value
  }
}
