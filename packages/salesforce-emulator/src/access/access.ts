/** Who may see what: permissions, hidden objects and fields, sharing. Gives each user a sight of the org. */
import { Effect } from "effect"
import type { OrgSchema } from "../org/schema.ts"
import type { Store } from "../org/store.ts"
import { HiddenParts } from "./hidden-parts.ts"
import { ownPermissions, permissionsOf } from "./permissions.ts"
import { Sharing } from "./sharing.ts"
import { everything, type Sight } from "./sight.ts"

interface Seen {
  readonly schema: OrgSchema
  readonly sight: Sight
}

/** As long as neither number has changed, what was found out about a user holds. */
interface Known<A> {
  readonly at: string
  readonly value: A
}

export class Access {
  readonly hidden = new HiddenParts()
  readonly sharing: Sharing
  readonly #store: Store
  readonly #schema: OrgSchema
  readonly #permissions = new Map<string, Known<ReadonlySet<string>>>()
  readonly #schemas = new Map<string, Known<OrgSchema>>()

  constructor(store: Store, schema: OrgSchema) {
    this.#store = store
    this.#schema = schema
    this.sharing = new Sharing(store)
  }

  /** The org as the user sees it. */
  seenBy(userId: string): Effect.Effect<Seen> {
    return Effect.map(this.#held(userId), (held) => {
      const sight: Sight = {
        userId,
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

  #held(userId: string): Effect.Effect<ReadonlySet<string>> {
    const at = `${this.#store.version()}`
    const known = this.#permissions.get(userId)
    if (known?.at === at) return Effect.succeed(known.value)
    return Effect.map(permissionsOf(this.#store, this.#schema, userId), (value) => {
      this.#permissions.set(userId, { at, value })
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
