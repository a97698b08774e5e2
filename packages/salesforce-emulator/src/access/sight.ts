/** What one user can see of the org: some objects, some fields, some rows. Queries are planned with it. */
import type { SObject } from "../org/field.ts"
import { quoted } from "../org/store.ts"

export interface Sight {
  readonly userId: string
  /** Where the user's days begin and end. */
  readonly timeZone: string
  /** Whether the user has a permission, named without `Permissions`: `ViewAllData`. */
  readonly may: (permission: string) => boolean
  /** What an object's rows are read from, as SQL. */
  readonly rows: (object: SObject) => string
  /** The condition that a row of `alias` is shared with the user; undefined when all are. */
  readonly shared: (object: SObject, alias: string) => string | undefined
}

/** The org as it is, for whatever no user asks. */
export const everything = (userId: string): Sight => ({
  userId,
  timeZone: "GMT",
  may: () => true,
  rows: ({ name }) => quoted(name),
  shared: () => undefined
})
