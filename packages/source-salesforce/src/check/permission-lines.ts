/** The permissions that a sync needs whatever it reads, and those that its login needs. */
import type { CheckLine, Spec } from "@decant/connector"
import { sourceError } from "../source-error.ts"
import { fail, ok, warn } from "./check-line.ts"
import { type Permission, permissionLabel, type UserPermissions } from "./user-permissions.ts"

const lineName = (permission: Permission): string => `permission ${permissionLabel(permission)}`

const missing = (permission: Permission, why: string) =>
  sourceError(
    "PERMISSION_MISSING",
    `The user lacks “${permissionLabel(permission)}”: ${why}`,
    `Setup → Permission Sets → the set of this user → System Permissions → “${permissionLabel(permission)}”. \`decant setup-org\` writes such a permission set.`
  )

const apiLine = (permissions: UserPermissions): CheckLine =>
  permissions.apiEnabled === false
    ? fail(lineName("apiEnabled"), missing("apiEnabled", "Salesforce will refuse every call."))
    : ok(lineName("apiEnabled"), "held")

const usersLine = (permissions: UserPermissions): CheckLine =>
  permissions.viewAllUsers === false
    ? warn(
        lineName("viewAllUsers"),
        missing("viewAllUsers", "where users are private, those who are not shared are left out silently.")
      )
    : ok(lineName("viewAllUsers"), permissions.viewAllUsers === null ? "not asked by this org" : "held")

/** Only an app that was not made in this org can be an uninstalled one. */
const mayBeUninstalled = ({ source }: Spec): boolean =>
  source.auth.method === "oauth" && source.auth.clientId === undefined

const approvalLine = (permissions: UserPermissions): CheckLine =>
  permissions.approveUninstalledApps === false
    ? warn(
        lineName("approveUninstalledApps"),
        missing(
          "approveUninstalledApps",
          "unless an administrator has installed the app of the distribution, a next login may be refused."
        )
      )
    : ok(
        lineName("approveUninstalledApps"),
        permissions.approveUninstalledApps === null ? "not known to this org" : "held"
      )

export const permissionLines = (
  spec: Spec,
  objects: ReadonlyArray<string>,
  permissions: UserPermissions | null
): ReadonlyArray<CheckLine> => {
  if (permissions === null) {
    return [ok("permissions", "the org does not say what the user may do; each object below was tried")]
  }
  return [
    apiLine(permissions),
    ...(objects.includes("User") ? [usersLine(permissions)] : []),
    ...(mayBeUninstalled(spec) ? [approvalLine(permissions)] : [])
  ]
}
