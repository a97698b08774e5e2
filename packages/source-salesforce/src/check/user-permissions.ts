/**
 * What the user may do: the one row of UserPermissionAccess. Which permissions it has depends on the org, so it is
 * described first, and one whose API name is not documented is found by its label.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_userpermissionaccess.htm
 */
import { Effect, Result, Schema } from "effect"
import { describeObjects } from "../describe/describe-objects.ts"
import { decodeReply } from "../org/api-reply.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"

const labels = {
  apiEnabled: "API Enabled",
  approveUninstalledApps: "Approve Uninstalled Connected Apps",
  manageUsers: "Manage Users",
  queryAllFiles: "Query All Files",
  viewAllData: "View All Data",
  viewAllUsers: "View All Users",
  viewEventLogFiles: "View Event Log Files"
} as const
export type Permission = keyof typeof labels

/** As Setup calls it. */
export const permissionLabel = (permission: Permission): string => labels[permission]

/** Null where the org knows no such permission. */
export type UserPermissions = Readonly<Record<Permission, boolean | null>>

const object = "UserPermissionAccess"
const names = Object.keys(labels) as ReadonlyArray<Permission>
const Rows = Schema.Struct({
  records: Schema.NonEmptyArray(Schema.Record(Schema.String, Schema.Unknown))
})

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, "")

/** Null when this user or API version has no UserPermissionAccess. */
export const readUserPermissions = Effect.fnUntraced(function* (
  client: SalesforceClient
): Effect.fn.Return<UserPermissions | null, ReadError> {
  const described = (yield* describeObjects(client, [object])).get(object.toLowerCase())
  if (described === undefined || Result.isFailure(described)) return null
  const fields = described.success.fields.filter(({ name }) => name.startsWith("Permissions"))
  const fieldOf = (permission: Permission): string | undefined =>
    fields.find(
      ({ name, label }) =>
        plain(label) === plain(labels[permission]) ||
        plain(name) === plain(`Permissions${labels[permission]}`)
    )?.name
  const known = names.flatMap((name) => fieldOf(name) ?? [])
  if (known.length === 0) return null
  const soql = `SELECT ${known.join(", ")} FROM ${object}`
  const path = client.resource(`/query?q=${encodeURIComponent(soql)}`)
  const { records } = yield* decodeReply(
    Rows,
    "the user's permissions",
    yield* client.text({ stream: null, path })
  )
  const held = (name: Permission): boolean | null => {
    const field = fieldOf(name)
    return field === undefined ? null : records[0][field] === true
  }
  return Object.fromEntries(names.map((name) => [name, held(name)])) as UserPermissions
})
