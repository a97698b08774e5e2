/**
 * What a write changes on other records. Most of it happens without a stamp, which is why copies go stale: an
 * opportunity's ContactId follows its primary contact role, and IsClosed and its like follow the stage's definition.
 * A custom roll-up stamps its parent, but only SystemModstamp.
 */
import type { SObject } from "./field.ts"
import { columnType, literal, quoted } from "./store.ts"
import { derive, has, idList, insertStatements, type Statement, type WriteContext } from "./writes.ts"

export interface Written {
  readonly inserted: ReadonlyArray<Readonly<Record<string, unknown>> & { readonly Id: string }>
  readonly updated: ReadonlyArray<string>
  /** Deleted, brought back, purged or merged. */
  readonly moved: ReadonlyArray<string>
}

const primaryRole = `(SELECT max("ContactId") FROM "OpportunityContactRole" WHERE "OpportunityId" = "Opportunity"."Id" AND "IsPrimary" AND NOT "IsDeleted" AND NOT "_purged")`

/** Sets ContactId on the opportunities that `where` chooses. */
const followRoles = (where: string): Statement => ({
  sql: `UPDATE "Opportunity" SET "ContactId" = ${primaryRole} WHERE ${where}`
})

/** An opportunity has at most one primary contact: the one that was set last. */
const oneIsPrimary = (ids: string): Statement => ({
  sql: `UPDATE "OpportunityContactRole" SET "IsPrimary" = false WHERE "IsPrimary" AND ("OpportunityId", "Id") NOT IN (SELECT "OpportunityId", max("Id") FROM "OpportunityContactRole" WHERE "IsPrimary" AND "Id" IN (${ids}) GROUP BY ALL) AND "OpportunityId" IN (SELECT "OpportunityId" FROM "OpportunityContactRole" WHERE "IsPrimary" AND "Id" IN (${ids}))`
})

const opportunityRoles = (_: WriteContext, { inserted, updated, moved }: Written) => {
  const ids = idList([...inserted.map(({ Id }) => Id), ...updated, ...moved])
  return [
    oneIsPrimary(ids),
    followRoles(
      `"Id" IN (SELECT "OpportunityId" FROM "OpportunityContactRole" WHERE "Id" IN (${ids}) AND "OpportunityId" IS NOT NULL)`
    )
  ]
}

/** A contact given at creation becomes the primary contact role. */
const opportunityContacts = (context: WriteContext, { inserted }: Written) => {
  const role = context.schema.object("OpportunityContactRole")
  const withContact = inserted.filter(({ ContactId }) => typeof ContactId === "string")
  if (role === undefined || withContact.length === 0) return []
  return insertStatements(
    context,
    role,
    withContact.map(({ Id: OpportunityId, ContactId }) => ({
      Id: context.ids.next(role),
      OpportunityId,
      ContactId: String(ContactId),
      IsPrimary: true
    }))
  )
}

/** Contact roles leave and come back with their contact. */
const contactsOf = (ids: string, object: "Contact" | "Account") =>
  followRoles(
    `"Id" IN (SELECT "OpportunityId" FROM "OpportunityContactRole" WHERE "ContactId" IN (SELECT "Id" FROM "Contact" WHERE ${object === "Contact" ? '"Id"' : '"AccountId"'} IN (${ids})))`
  )

const movedContacts =
  (object: "Contact" | "Account") =>
  (_: WriteContext, { moved }: Written) =>
    moved.length === 0 ? [] : [contactsOf(idList(moved), object)]

const stages = (context: WriteContext, { inserted, updated }: Written) => {
  const opportunity = context.schema.object("Opportunity")
  const ids = idList([...inserted.map(({ Id }) => Id), ...updated])
  return opportunity === undefined || ids === ""
    ? []
    : derive(opportunity, `"StageName" IN (SELECT "ApiName" FROM "OpportunityStage" WHERE "Id" IN (${ids}))`)
}

/** The permission set behind a profile says the same as the profile. */
const profiles = (context: WriteContext, { updated }: Written) => {
  const profile = context.schema.object("Profile")
  const set = context.schema.object("PermissionSet")
  if (profile === undefined || set === undefined || updated.length === 0) return []
  const shared = profile.fields.filter(({ name }) => name.startsWith("Permissions") && has(set, name))
  const assignments = shared.map(({ name }) => `${quoted(name)} = p.${quoted(name)}`).join(", ")
  return [
    {
      sql: `UPDATE "PermissionSet" SET ${assignments} FROM "Profile" p WHERE "PermissionSet"."IsOwnedByProfile" AND "PermissionSet"."ProfileId" = p."Id" AND p."Id" IN (${idList(updated)})`
    }
  ]
}

type Echo = (context: WriteContext, written: Written) => ReadonlyArray<Statement>

const particular: Readonly<Record<string, Echo>> = {
  Account: movedContacts("Account"),
  Contact: movedContacts("Contact"),
  Opportunity: opportunityContacts,
  OpportunityContactRole: opportunityRoles,
  OpportunityStage: stages,
  Profile: profiles
}

/** Stamps the parents of which a custom roll-up counts the written rows. */
const stampParents = (context: WriteContext, object: SObject, written: Written): ReadonlyArray<Statement> => {
  const ids = idList([...written.inserted.map(({ Id }) => Id), ...written.updated, ...written.moved])
  if (!context.rollUpStamps || ids === "") return []
  return context.schema.all().flatMap((parent) => {
    const counts = parent.fields.some(({ custom, rollUp }) => custom && rollUp?.child === object.name)
    const link = object.fields.find(
      ({ referenceTo, cascadeDelete }) => cascadeDelete && referenceTo.includes(parent.name)
    )
    if (!counts || link === undefined || !has(parent, "SystemModstamp")) return []
    const stamp = `TIMESTAMP ${literal(context.stamp)}`
    return [
      {
        sql: `UPDATE ${quoted(parent.name)} SET "SystemModstamp" = ${stamp} WHERE "Id" IN (SELECT ${quoted(link.name)}::${columnType(link)} FROM ${quoted(object.name)} WHERE "Id" IN (${ids})) AND "SystemModstamp" < ${stamp}`
      }
    ]
  })
}

/** What follows from a write of `object`, to be run after it. */
export const echoes = (
  context: WriteContext,
  object: SObject,
  written: Written
): ReadonlyArray<Statement> => {
  const any = written.inserted.length + written.updated.length + written.moved.length > 0
  if (!any) return []
  const followers = particular[object.name]?.(context, written) ?? []
  return [...followers, ...stampParents(context, object, written)]
}
