/**
 * Whether the user sees every record of the objects that are read. Sharing never refuses a query, it leaves rows
 * out, so this must be asked for. “View All” of the object is enough for most; for those that have no such right
 * the platform insists on a permission of the whole org.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_objectpermissions.htm
 */
import type { CheckLine } from "@decant/connector"
import { Effect, Schema } from "effect"
import { decodeReply } from "../org/api-reply.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { sourceError } from "../source-error.ts"
import { textLiteral } from "../streams/soql.ts"
import { ok, warn } from "./check-line.ts"
import { type Permission, permissionLabel, type UserPermissions } from "./user-permissions.ts"

/** Objects without a “View All” of their own. */
const insisted: ReadonlyArray<readonly [RegExp, Permission]> = [
  [/^(Task|Event|Note|Attachment|EmailMessage)$/, "viewAllData"],
  [/Share$/, "viewAllData"],
  [/^(ContentDocument|ContentVersion|ContentDocumentLink)$/, "queryAllFiles"],
  [/^(LoginHistory|LoginGeo|AuthSession|VerificationHistory)$/, "manageUsers"],
  [/^EventLogFile$/, "viewEventLogFiles"]
]

/** Seen by everybody, or as far as the object that they belong to is. */
const followsOthers =
  /(History|Feed)$|^(User|UserRole|Profile|Organization|RecordType|Group|GroupMember|Queue\w*|PermissionSet\w*|Period|CurrencyType|DatedConversionRate|\w+(Stage|Status|Priority)|OpportunityLineItem|OpportunityContactRole|AccountContactRole|\w+__mdt)$/

const insistedFor = (object: string): Permission | null =>
  insisted.find(([pattern]) => pattern.test(object))?.[1] ?? null

const Assignments = Schema.Struct({
  records: Schema.Array(Schema.Struct({ PermissionSetId: Schema.String }))
})
const Grants = Schema.Struct({ records: Schema.Array(Schema.Struct({ SobjectType: Schema.String })) })
const Models = Schema.Struct({
  records: Schema.Array(
    Schema.Struct({ QualifiedApiName: Schema.String, InternalSharingModel: Schema.NullOr(Schema.String) })
  )
})

const listOf = (values: ReadonlyArray<string>): string => values.map(textLiteral).join(", ")

/** Nothing where this user may not ask: then nothing is known. */
const rowsOf = <A>(
  client: SalesforceClient,
  schema: Schema.Codec<{ readonly records: ReadonlyArray<A> }, unknown>,
  path: "/query" | "/tooling/query",
  soql: string
): Effect.Effect<ReadonlyArray<A>, ReadError> =>
  client.text({ stream: null, path: client.resource(`${path}?q=${encodeURIComponent(soql)}`) }).pipe(
    Effect.flatMap((reply) => decodeReply(schema, "permissions", reply)),
    Effect.map(({ records }) => records),
    Effect.catchIf(
      (error) => !error.retryable && error.disposition !== "credentials",
      () => Effect.succeed([])
    )
  )

/** Objects of which the profile and permission sets of the user grant “View All”. */
const viewAllOf = Effect.fnUntraced(function* (
  client: SalesforceClient,
  userId: string,
  objects: ReadonlyArray<string>
) {
  const sets = yield* rowsOf(
    client,
    Assignments,
    "/query",
    `SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = ${textLiteral(userId)}`
  )
  if (sets.length === 0) return []
  const parents = listOf(sets.map(({ PermissionSetId }) => PermissionSetId))
  const grants = yield* rowsOf(
    client,
    Grants,
    "/query",
    `SELECT SobjectType FROM ObjectPermissions WHERE PermissionsViewAllRecords = true AND ParentId IN (${parents}) AND SobjectType IN (${listOf(objects)})`
  )
  return grants.map(({ SobjectType }) => SobjectType)
})

const open = new Set(["Read", "ReadWrite", "ReadWriteTransfer", "FullAccess"])

/** Objects whose records are open to every user by the org's defaults. */
const openToAll = (client: SalesforceClient, objects: ReadonlyArray<string>) =>
  rowsOf(
    client,
    Models,
    "/tooling/query",
    `SELECT QualifiedApiName, InternalSharingModel FROM EntityDefinition WHERE QualifiedApiName IN (${listOf(objects)})`
  ).pipe(
    Effect.map((models) =>
      models
        .filter(({ InternalSharingModel }) => open.has(InternalSharingModel ?? ""))
        .map(({ QualifiedApiName }) => QualifiedApiName)
    )
  )

const seenWhole = (client: SalesforceClient, userId: string, objects: ReadonlyArray<string>) =>
  Effect.map(Effect.all([viewAllOf(client, userId, objects), openToAll(client, objects)]), (found) =>
    found.flat()
  )

/** As many names as fit into an address. */
const namesPerQuery = 150

const chunksOf = (names: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from({ length: Math.ceil(names.length / namesPerQuery) }, (_, index) =>
    names.slice(index * namesPerQuery, (index + 1) * namesPerQuery)
  )

const hiddenRows = (object: string) => {
  const insistence = insistedFor(object)
  const right =
    insistence === null
      ? `“View All” for ${object} in the permission set (Object Settings → ${object})`
      : `“${permissionLabel(insistence)}”, without which Salesforce shows no user all of ${object}`
  return sourceError(
    "ROWS_MAY_BE_HIDDEN",
    `This user may not see every record of ${object}: those that are not shared are left out silently.`,
    `Give the user ${right}. \`decant setup-org\` writes such a permission set.`
  )
}

/** Those of which the user may not see every row. */
const doubtfulObjects = Effect.fnUntraced(function* (
  client: SalesforceClient,
  userId: string,
  objects: ReadonlyArray<string>,
  permissions: UserPermissions | null
): Effect.fn.Return<ReadonlyArray<string>, ReadError> {
  const plain = objects.filter((object) => insistedFor(object) === null)
  const seen = new Set(
    permissions?.viewAllData === true
      ? plain
      : (yield* Effect.forEach(chunksOf(plain), (chunk) => seenWhole(client, userId, chunk))).flat()
  )
  return objects.filter((object) => {
    const insistence = insistedFor(object)
    return insistence === null ? !seen.has(object) : permissions?.[insistence] !== true
  })
})

export const rowAccessLines = Effect.fnUntraced(function* (
  client: SalesforceClient,
  userId: string,
  objects: ReadonlyArray<string>,
  permissions: UserPermissions | null
): Effect.fn.Return<ReadonlyArray<CheckLine>, ReadError> {
  const name = "all records"
  const asked = [...new Set(objects)].filter((object) => !followsOthers.test(object))
  if (asked.length === 0) return []
  const doubtful = yield* doubtfulObjects(client, userId, asked, permissions)
  const mayAll = permissions?.viewAllData === true
  return doubtful.length === 0
    ? [ok(name, mayAll ? "held by View All Data" : `of ${asked.join(", ")}`)]
    : doubtful.map((object) => warn(`${name} of ${object}`, hiddenRows(object)))
})

/** The object as whose rows these are shared; itself for most. */
const sharedAs = (object: string): string => {
  if (insistedFor(object) !== null) return object
  if (/^Opportunity(LineItem|ContactRole|FieldHistory)$/.test(object)) return "Opportunity"
  if (object === "AccountContactRole") return "Account"
  return object.replace(/__(History|Feed)$/, "__c").replace(/(History|Feed)$/, "")
}

/** Whether a row that the user does not find is not there. */
export const seesEveryRow = Effect.fnUntraced(function* (
  client: SalesforceClient,
  userId: string,
  object: string,
  permissions: UserPermissions | null
): Effect.fn.Return<boolean, ReadError> {
  const whose = sharedAs(object)
  if (whose === "User" && permissions?.viewAllUsers === true) return true
  if (whose !== "User" && followsOthers.test(whose)) return true
  return (yield* doubtfulObjects(client, userId, [whose], permissions)).length === 0
})
