/**
 * Which field says that a row has changed, decided from the describe: SystemModstamp is indexed and moves
 * with every change, also with Salesforce's own; the others see less.
 */
import { type FieldDescribe, fieldsByName, type ObjectDescribe } from "../describe/describe-shape.ts"

const candidates = ["SystemModstamp", "LastModifiedDate", "CreatedDate", "LoginTime"]

/** Null: the object has no such field and is read whole each time. */
export const cursorFieldOf = (describe: ObjectDescribe): FieldDescribe | null => {
  const fields = fieldsByName(describe)
  for (const name of candidates) {
    const field = fields.get(name.toLowerCase())
    if (field?.filterable === true && field.type === "datetime") return field
  }
  return null
}

/** Rows that are written once: changes of a field, posts, logins. */
const writtenOnce = /(History|Feed)$/

export const cursorWarnings = (
  describe: ObjectDescribe,
  cursor: FieldDescribe | null
): ReadonlyArray<string> =>
  (cursor?.name === "CreatedDate" || cursor?.name === "LoginTime") && !writtenOnce.test(describe.name)
    ? [
        `${describe.name} is followed by ${cursor.name}: later changes of a row are not seen until it is read again with --full-refresh.`
      ]
    : []
