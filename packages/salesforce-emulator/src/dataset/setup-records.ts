/** What set-up has filled in whatever the dataset: statuses, permissions of the administrator, apps. */
import { permissions } from "../org/metadata/permissions.ts"
import { stages } from "../org/metadata/stages.ts"
import type { Org } from "../org/org.ts"
import type { Records } from "./records.ts"

/** What the administrator lacks: these are given by hand. */
const rarelyGiven = new Set(["BulkApiHardDelete", "QueryAllFiles", "ViewEncryptedData"])

const administratorMay = Object.fromEntries(
  permissions.map(([name]) => [`Permissions${name}`, !rarelyGiven.has(name)])
)

const statusRows = (
  org: Org["Service"],
  records: Records,
  object: string,
  source: readonly [string, string],
  meaning: readonly [string, string],
  audit: Readonly<Record<string, unknown>>
) => {
  const field = org.schema.object(source[0])?.fields.find(({ name }) => name === source[1])
  for (const [at, value] of (field?.picklist ?? []).entries()) {
    records.add(object, {
      ...audit,
      MasterLabel: value.label,
      ApiName: value.value,
      SortOrder: at + 1,
      IsDefault: value.default,
      [meaning[0]]: value.value === meaning[1]
    })
  }
}

const apps = [
  ["06m000000000001AAA", "Sales", "Sales", "Manage your sales process", "Lightning"],
  ["06m000000000002AAA", "Service", "Service", "Manage customer service", "Lightning"],
  ["06m000000000003AAA", "Marketing", "Marketing", "Manage campaigns", "Aloha"]
] as const

/** `profiles` begins with the administrator's. */
export const setupRecords = (
  org: Org["Service"],
  records: Records,
  profiles: ReadonlyArray<string>,
  admin: string,
  stamp: string
): void => {
  const audit = { CreatedDate: stamp, LastModifiedDate: stamp, SystemModstamp: stamp }
  for (const [at, stage] of stages.entries()) {
    records.add("OpportunityStage", {
      ...audit,
      MasterLabel: stage.name,
      ApiName: stage.name,
      SortOrder: at + 1,
      IsClosed: stage.closed,
      IsWon: stage.won,
      ForecastCategory: stage.forecast,
      ForecastCategoryName: stage.forecastName,
      DefaultProbability: stage.probability
    })
  }
  statusRows(org, records, "CaseStatus", ["Case", "Status"], ["IsClosed", "Closed"], audit)
  statusRows(org, records, "TaskStatus", ["Task", "Status"], ["IsClosed", "Completed"], audit)
  statusRows(org, records, "TaskPriority", ["Task", "Priority"], ["IsHighPriority", "High"], audit)
  const anything = Object.fromEntries(permissions.map(([name]) => [`Permissions${name}`, true]))
  records.add("UserPermissionAccess", { ...anything, LastCacheUpdate: stamp })
  for (const [at, ProfileId] of profiles.entries()) {
    records.add("PermissionSet", {
      ...audit,
      ...(at === 0 ? administratorMay : { PermissionsApiEnabled: true }),
      Name: `X00e${at + 1}`,
      Label: `00e${at + 1}`,
      ProfileId,
      IsOwnedByProfile: true,
      IsCustom: at > 0,
      Type: "Profile"
    })
  }
  const PermissionSetId = records.add("PermissionSet", {
    ...audit,
    Name: "Report_Builders",
    Label: "Report Builders",
    PermissionsApiEnabled: true,
    PermissionsExportReport: true,
    Type: "Regular"
  })
  records.add("PermissionSetAssignment", { PermissionSetId, AssigneeId: admin, SystemModstamp: stamp })
  records.add("Group", {
    ...audit,
    Name: "Support Queue",
    DeveloperName: "Support_Queue",
    Type: "Queue",
    OwnerId: org.id
  })
  for (const [DurableId, Label, DeveloperName, Description, UiType] of apps) {
    records.add("AppDefinition", { DurableId, Label, MasterLabel: Label, DeveloperName, Description, UiType })
  }
}
