/**
 * User permissions: the boolean fields that Profile, PermissionSet and UserPermissionAccess share. Which there are
 * depends on an org's features; clients must describe before they ask.
 */
const names = `
ApiEnabled                      | API Enabled
ApproveUninstalledConnectedApps | Approve Uninstalled Connected Apps
AuthorApex                      | Author Apex
BulkApiHardDelete               | Bulk API Hard Delete
ConvertLeads                    | Convert Leads
CustomizeApplication            | Customize Application
DataExport                      | Weekly Data Export
EditEvent                       | Edit Events
EditReadonlyFields              | Edit Read Only Fields
EditTask                        | Edit Tasks
ExportReport                    | Export Reports
IdentityEnabled                 | Use Identity Features
ImportLeads                     | Import Leads
LightningExperienceUser         | Lightning Experience User
ManageAuthProviders             | Manage Auth. Providers
ManageCases                     | Manage Cases
ManageDataIntegrations          | Manage Data Integrations
ManageInternalUsers             | Manage Internal Users
ManageLeads                     | Manage Leads
ManageRemoteAccess              | Manage Connected Apps
ManageRoles                     | Manage Roles
ManageSharing                   | Manage Sharing
ManageUsers                     | Manage Users
ModifyAllData                   | Modify All Data
ModifyMetadata                  | Modify Metadata Through Metadata API Functions
PasswordNeverExpires            | Password Never Expires
QueryAllFiles                   | Query All Files
ResetPasswords                  | Reset User Passwords and Unlock Users
RunFlow                         | Run Flows
RunReports                      | Run Reports
TransferAnyEntity               | Transfer Record
UseAnyApiClient                 | Use Any API Client
ViewAllData                     | View All Data
ViewAllUsers                    | View All Users
ViewEncryptedData               | View Encrypted Data
ViewEventLogFiles               | View Event Log Files
ViewRoles                       | View Roles and Role Hierarchy
ViewSetup                       | View Setup and Configuration
`

/** API name without `Permissions`, and label. */
export const permissions: ReadonlyArray<readonly [string, string]> = names
  .trim()
  .split("\n")
  .map((line) => {
    const [name = "", label = ""] = line.split("|").map((cell) => cell.trim())
    return [name, label]
  })

export const permissionLines = (flags: string): string =>
  permissions
    .map(([name, label]) => `Permissions${name} | boolean | ${flags} | ${label} | default=false`)
    .join("\n")
