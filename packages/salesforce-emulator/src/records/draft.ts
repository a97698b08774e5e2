/** What is asked to be written, and what the checks have made of it so far. */
import type { Field, SObject } from "../org/field.ts"
import { normaliseId } from "../org/id.ts"
import type { Row } from "../org/row-values.ts"
import type { SalesforceError } from "../server/salesforce-error.ts"
import { refusedRecord } from "./outcome.ts"
import type { ParentByValue, RecordInput } from "./record-values.ts"

export type Write =
  /** `id` is one that `newId` gave, when other records of the same call refer to it. */
  | {
      readonly operation: "insert"
      readonly object: SObject
      readonly input: RecordInput
      readonly id?: string
    }
  | {
      readonly operation: "update"
      readonly object: SObject
      readonly id: string
      readonly input: RecordInput
    }
  | {
      readonly operation: "upsert"
      readonly object: SObject
      readonly by: Field
      readonly input: RecordInput
    }
  | { readonly operation: "delete" | "hardDelete"; readonly object: SObject; readonly id: string }

/** A write on its way: it collects what the checks find out, and at most one refusal. */
export interface Draft {
  readonly operation: "insert" | "update" | "delete" | "hardDelete"
  readonly object: SObject
  readonly input: RecordInput
  /** Known for every draft but one whose target cannot be told. */
  id: string | undefined
  row: Row
  parents: ReadonlyArray<ParentByValue>
  refusal: SalesforceError | undefined
}

export const malformedId = (object: SObject, id: string) =>
  refusedRecord("MALFORMED_ID", `${object.label} ID: id value of incorrect type: ${id}`, ["Id"])

/** The id in its 18 characters when it can be one of the object. */
export const idOf = (object: SObject, text: string): string | undefined => {
  const id = normaliseId(text)
  const prefix = object.keyPrefix ?? object.idPrefix
  return id === undefined || (typeof prefix === "string" && !id.startsWith(prefix)) ? undefined : id
}
