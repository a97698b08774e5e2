/** What a commit says it did, and the rows that show it. */
import type { CommitResult } from "@decant/connector"

export const none = { inserted: 0, updated: 0, deleted: 0, unchanged: 0 }

export const counts = ({ inserted, updated, deleted, unchanged }: CommitResult) => ({
  inserted,
  updated,
  deleted,
  unchanged
})

export const names = `SELECT "Id", "Name" FROM "Account" ORDER BY "Id"`
