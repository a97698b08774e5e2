/**
 * What `history: true` keeps beside the table, in every destination: `<Object>_history` with all columns of the
 * table, `valid_from`, `valid_to` (half-open; null while it holds) and `is_current`.
 *
 * The rules that the cases below fix:
 * - The versions of a key stand in the order of (guard value, time of reading). A version holds from its guard
 *   value; one with the same guard value as the version before it, from the later of that value and its own time
 *   of reading. It ends where the next one begins, so intervals never overlap.
 * - A row that is read again and holds the same values adds nothing.
 * - A deletion ends the current version and opens none; a key that comes back opens one.
 */
import type { Subject } from "../subject.ts"
import { anyOrderContract } from "./history/any-order.ts"
import { changesContract } from "./history/changes.ts"
import { deletionsContract } from "./history/deletions.ts"
import { reloadsContract } from "./history/reloads.ts"
import { shapeContract } from "./history/shape.ts"

export const historyContract = (subject: Subject): void => {
  changesContract(subject)
  deletionsContract(subject)
  reloadsContract(subject)
  shapeContract(subject)
  anyOrderContract(subject)
}
