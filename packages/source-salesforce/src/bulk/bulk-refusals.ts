/**
 * Objects that Bulk does not serve, and the answers by which it says so of others and of queries: these are read by
 * REST instead. A limit that is used up is another matter.
 * https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/queries.htm
 */
import type { ReadError } from "../read-error.ts"
import { SourceError } from "../source-error.ts"

const unserved = new Set([
  "AcceptedEventRelation",
  "AssetTokenEvent",
  "AttachedContentNote",
  "Attachment",
  "CaseStatus",
  "ContractStatus",
  "DeclinedEventRelation",
  "EventWhoRelation",
  "FieldSecurityClassification",
  "OrderStatus",
  "PartnerRole",
  "QuoteTemplateRichTextData",
  "RecentlyViewed",
  "ServiceAppointmentStatus",
  "ShiftStatus",
  "SolutionStatus",
  "TaskPriority",
  "TaskStatus",
  "TaskWhoRelation",
  "UndecidedEventRelation",
  "WorkOrderLineItemStatus",
  "WorkOrderStatus",
  "WorkStepStatus"
])

export const isUnserved = (object: string): boolean => unserved.has(object)

const refusals: ReadonlyArray<RegExp> = [
  /\bINVALIDENTITY\b/,
  /is not supported by the Bulk API/i,
  /does not support query/i,
  /compound data not supported in Bulk/i
]

const limits: ReadonlyArray<RegExp> = [
  /Max bulk v2 query jobs \(\d+\) per 24 hrs has been reached/i,
  /Max bulk v2 query result size stored/i
]

const says = (error: ReadError, patterns: ReadonlyArray<RegExp>): boolean =>
  error instanceof SourceError && patterns.some((pattern) => pattern.test(error.said))

export const isBulkRefusal = (error: ReadError): boolean => says(error, refusals)

export const isBulkLimit = (error: ReadError): boolean => says(error, limits)
