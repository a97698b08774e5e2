/**
 * What became of one record of a write: every call that writes answers record by record, and each prints it in its
 * own way.
 */
import { badRequest, SalesforceError } from "../server/salesforce-error.ts"

export type Outcome =
  | { readonly success: true; readonly id: string; readonly created: boolean }
  | { readonly success: false; readonly id: string | undefined; readonly error: SalesforceError }

/** A refusal of a record; such always name the fields at fault, though there may be none. */
export const refusedRecord = (errorCode: string, message: string, fields: ReadonlyArray<string> = []) =>
  badRequest(errorCode, message, fields)

export const rolledBack = refusedRecord(
  "ALL_OR_NONE_OPERATION_ROLLED_BACK",
  "Record rolled back because not all records were valid and the request was using AllOrNone header"
)

export const noSuchRecord = new SalesforceError({
  status: 404,
  errorCode: "INVALID_CROSS_REFERENCE_KEY",
  message: "invalid cross reference id",
  fields: []
})

export const deletedRecord = new SalesforceError({
  status: 404,
  errorCode: "ENTITY_IS_DELETED",
  message: "entity is deleted",
  fields: []
})

/** As the collection resources print it: `statusCode` where other answers say `errorCode`. */
export const collectionResult = (outcome: Outcome, upsert = false) => {
  if (outcome.success) {
    const { id, created } = outcome
    return { id, success: true, errors: [], ...(upsert ? { created } : {}) }
  }
  const { errorCode, message, fields = [] } = outcome.error
  return {
    ...(outcome.id === undefined ? {} : { id: outcome.id }),
    success: false,
    errors: [{ statusCode: errorCode, message, fields }],
    ...(upsert ? { created: false } : {})
  }
}

/** As a single write prints it. */
export const saveResult = ({ id, created }: Outcome & { readonly success: true }, upsert = false) => ({
  id,
  success: true,
  errors: [],
  ...(upsert ? { created } : {})
})
