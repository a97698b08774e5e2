/**
 * Records as a model can use them: `type`, Id, link and values; parents as records of their own, children as a
 * list. What Salesforce adds for programs (`attributes`) goes.
 */
import type { OrgRecord } from "@decant/org"

export type Link = (id: string) => string | null

const isObject = (value: unknown): value is OrgRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const typeOf = (record: OrgRecord): string | null =>
  isObject(record.attributes) && typeof record.attributes.type === "string" ? record.attributes.type : null

const isChildren = (value: OrgRecord): boolean => Array.isArray(value.records) && "totalSize" in value

export const viewValue = (value: unknown, link: Link): unknown => {
  if (Array.isArray(value)) return value.map((item) => viewValue(item, link))
  if (!isObject(value)) return value
  if (isChildren(value)) {
    const records = Array.isArray(value.records) ? value.records : []
    const missing = Number(value.totalSize) - records.length
    return {
      totalSize: value.totalSize,
      records: records.map((record) => viewValue(record, link)),
      ...(missing > 0 ? { missing } : {})
    }
  }
  return viewRecord(value, link)
}

export const viewRecord = (record: OrgRecord, link: Link): OrgRecord => {
  const { attributes: _, ...values } = record
  const type = typeOf(record)
  const page = typeof record.Id === "string" ? link(record.Id) : null
  const shown = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, viewValue(value, link)])
  )
  return {
    ...(type === null || type === "AggregateResult" ? {} : { type }),
    ...shown,
    ...(page === null ? {} : { link: page })
  }
}
