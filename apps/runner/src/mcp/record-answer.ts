/** One record in full, for a reader who knows neither its object nor its fields. */
import { type ObjectDescribe, type Org, type OrgFailure, type OrgRecord, soql, soqlName } from "@decant/org"
import { Effect, Stream } from "effect"
import type * as Tool from "effect/ai/Tool"
import type { Desk } from "./desk.ts"
import { asObjects, dataNotice, fit } from "./limits.ts"
import type { OrgTools } from "./org-tools.ts"
import { recordLink } from "./record-link.ts"
import { ToolFailure } from "./tool-failure.ts"

/** Objects that surely have a Name; custom objects have one too. */
const named = new Set([
  "User",
  "Account",
  "Contact",
  "Opportunity",
  "Lead",
  "Campaign",
  "Product2",
  "Pricebook2",
  "RecordType",
  "Group"
])

const isNamed = (object: string): boolean => named.has(object) || object.endsWith("__c")

/** Of an Id, by its first three characters. */
export const objectOfId = Effect.fnUntraced(function* (org: Org, id: string) {
  const found = (yield* org.objects).find(({ keyPrefix }) => keyPrefix === id.slice(0, 3))
  if (found !== undefined) return found.name
  return yield* ToolFailure.refused(
    `No object of this org has Ids that begin with ${JSON.stringify(id.slice(0, 3))}.`,
    "Check the Id, or give `object`."
  )
})

const nameOf = (record: OrgRecord | undefined, relationship: string): string | null => {
  const parent = record?.[relationship]
  if (typeof parent !== "object" || parent === null || !("Name" in parent)) return null
  return typeof parent.Name === "string" ? parent.Name : null
}

/** Relationship → name of the record it leads to. What cannot be asked has no name. */
const parentNames = Effect.fnUntraced(function* (
  org: Org,
  described: ObjectDescribe,
  record: OrgRecord,
  id: string
): Effect.fn.Return<(relationship: string) => string | null, never> {
  const relationships = described.fields.flatMap(({ name, relationshipName, referenceTo }) => {
    const known = (referenceTo ?? []).length > 0 && (referenceTo ?? []).every(isNamed)
    return known && relationshipName && record[name] ? [relationshipName] : []
  })
  if (relationships.length === 0) return () => null
  const paths = relationships.slice(0, 30).map((name) => soqlName(`${name}.Name`).text)
  const asked = `SELECT ${paths.join(", ")} FROM ${soqlName(described.name).text} WHERE Id = ${soql`${id}`}`
  const page: Effect.Effect<OrgRecord | undefined, OrgFailure> = Stream.runHead(org.query(asked)).pipe(
    Effect.map((head) => (head._tag === "Some" ? head.value.records[0] : undefined))
  )
  const found = yield* Effect.orElseSucceed(page, () => undefined)
  return (relationship) => nameOf(found, relationship)
})

export const getRecord = Effect.fnUntraced(function* (
  desk: Desk,
  of: Tool.Parameters<(typeof OrgTools)["tools"]["get_record"]>
) {
  const org = yield* desk.org
  const object = of.object ?? (yield* objectOfId(org, of.id))
  const described = yield* org.describe(object)
  const record = yield* org.get(described.name, of.id, of.fields)
  const nameFor = yield* parentNames(org, described, record, of.id)
  const { instanceUrl } = yield* org.whoAmI
  const link = recordLink(instanceUrl)
  const asked = of.fields !== undefined
  const rows = described.fields.flatMap(({ name, label, type, relationshipName }) => {
    const value = record[name]
    if (value === undefined || (value === null && !asked)) return []
    const refers = relationshipName && typeof value === "string" && value !== "" && type === "reference"
    const target = refers ? { name: nameFor(relationshipName), link: link(value) } : null
    return [{ field: name, label, type, value, ...(target === null ? {} : { refersTo: target }) }]
  })
  const { rows: fields, cut } = fit({
    rows,
    total: null,
    more: false,
    limits: { ...desk.limits, rows: 1_000 },
    advice: "Name the `fields` that matter."
  })
  const id = typeof record.Id === "string" ? record.Id : of.id
  const name = ["Name", "Subject", "CaseNumber", "LastName", "Title"]
    .map((field) => record[field])
    .find((value) => typeof value === "string")
  return {
    notice: dataNotice,
    cut,
    object: described.name,
    label: described.label,
    id,
    name: typeof name === "string" ? name : null,
    link: link(id),
    fields: asObjects(fields)
  }
}, Effect.scoped)
