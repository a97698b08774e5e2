/**
 * A user's permissions: those of the profile and of every permission set that is assigned. The row of
 * UserPermissionAccess in the store takes permissions away from everybody, so that tests need not touch profiles.
 */
import { Effect } from "effect"
import type { OrgSchema } from "../org/schema.ts"
import { literal, quoted, type Store } from "../org/store.ts"

const prefix = "Permissions"

const permissionFields = (schema: OrgSchema, object: string): ReadonlyArray<string> =>
  (schema.object(object)?.fields ?? [])
    .map(({ name }) => name)
    .filter((name) => name.startsWith(prefix) && name.length > prefix.length)

/** A user without a profile may use the API and nothing more. */
const withoutProfile: ReadonlySet<string> = new Set(["ApiEnabled"])

const granted = (fields: ReadonlyArray<string>, known: ReadonlyArray<string>) =>
  fields.map((name) => (known.includes(name) ? `coalesce(${quoted(name)}, false)` : "false")).join(", ")

/** What is read to find out about a user, each table as statements name it. */
export const tablesOfUsers = [
  "User",
  "Profile",
  "PermissionSet",
  "PermissionSetAssignment",
  "UserPermissionAccess"
]
  .map(quoted)
  .join(" ")

/** The names, without `Permissions`, of what the user may do. */
export const permissionsOf = (
  store: Store,
  schema: OrgSchema,
  userId: string
): Effect.Effect<ReadonlySet<string>> =>
  Effect.gen(function* () {
    const fields = permissionFields(schema, "UserPermissionAccess")
    const user = literal(userId)
    const profile = `(SELECT "ProfileId" FROM "User" WHERE "Id" = ${user} AND NOT "_purged")`
    const sets = `"Id" IN (SELECT "PermissionSetId" FROM "PermissionSetAssignment" WHERE "AssigneeId" = ${user} AND NOT "_purged") OR ("IsOwnedByProfile" AND "ProfileId" = ${profile})`
    const ofProfile = granted(fields, permissionFields(schema, "Profile"))
    const ofSets = granted(fields, permissionFields(schema, "PermissionSet"))
    const grants = yield* store.rows(
      `SELECT ${ofProfile} FROM "Profile" WHERE "Id" = ${profile} UNION ALL SELECT ${ofSets} FROM "PermissionSet" WHERE NOT "_purged" AND (${sets})`
    )
    if (grants.length === 0) return withoutProfile
    const [ceiling] = yield* store.rows(
      `SELECT ${fields.map(quoted).join(", ")} FROM "UserPermissionAccess" LIMIT 1`
    )
    const held = fields.filter((_, at) => grants.some((row) => row[at] === true) && ceiling?.[at] !== false)
    return new Set(held.map((name) => name.slice(prefix.length)))
  })

/** UserPermissionAccess as the user finds it: one row that says what the user may do. */
export const ownPermissions = (schema: OrgSchema, held: ReadonlySet<string>): string => {
  const values = permissionFields(schema, "UserPermissionAccess").map(
    (name) => `${held.has(name.slice(prefix.length))} AS ${quoted(name)}`
  )
  return values.length === 0
    ? quoted("UserPermissionAccess")
    : `(SELECT * REPLACE (${values.join(", ")}) FROM "UserPermissionAccess")`
}

/** The user's time zone; that of the org's clock for users who have none. */
export const timeZoneOf = (store: Store, userId: string): Effect.Effect<string> =>
  Effect.map(
    store.rows(`SELECT "TimeZoneSidKey" FROM "User" WHERE "Id" = ${literal(userId)} AND NOT "_purged"`),
    ([row]) => (typeof row?.[0] === "string" ? row[0] : "GMT")
  )
