/** Objects that Bulk API 2.0 does not read, and those it reads only with a filter of their own. */

const list = (text: string): ReadonlySet<string> => new Set(text.trim().toLowerCase().split(/\s+/))

const UNSUPPORTED = list(`
  AcceptedEventRelation AssetTokenEvent AttachedContentNote Attachment CaseStatus ContractStatus DeclinedEventRelation
  EventWhoRelation FieldSecurityClassification OrderStatus PartnerRole QuoteTemplateRichTextData RecentlyViewed
  ServiceAppointmentStatus ShiftStatus SolutionStatus TaskPriority TaskStatus TaskWhoRelation UndecidedEventRelation
  WorkOrderLineItemStatus WorkOrderStatus WorkStepStatus
`)

export const isBulkObject = (name: string): boolean =>
  !UNSUPPORTED.has(name.toLowerCase()) && !/(changeevent|__x|__e)$/i.test(name)
