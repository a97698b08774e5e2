/** A search as both of its resources ask for it, before it meets the org. */
export type SearchGroup = "ALL" | "NAME" | "EMAIL" | "PHONE" | "SIDEBAR"

/** What one object is to return. */
export interface Returning {
  readonly object: string
  /** A SELECT list; empty for the Id alone. */
  readonly fields: string
  /** The rest of the query, from WHERE on, as typed. */
  readonly tail: string
}

export interface Search {
  readonly term: string
  readonly group: SearchGroup
  /** Empty when every searchable object is meant. */
  readonly returning: ReadonlyArray<Returning>
  readonly limit: number
}

export const mostHits = 2000
