/** What every org has whatever its dataset: itself, profiles, roles and the administrator. */
import type { Org } from "../org/org.ts"
import type { Records } from "./records.ts"
import { setupRecords } from "./setup-records.ts"

const adminUser = {
  Username: "admin@emulator.example",
  FirstName: "Ada",
  LastName: "Admin",
  Email: "admin@emulator.example",
  Alias: "aadmi",
  CommunityNickname: "aadmin",
  IsActive: true,
  UserType: "Standard",
  TimeZoneSidKey: "GMT",
  LocaleSidKey: "en_US",
  LanguageLocaleKey: "en_US",
  EmailEncodingKey: "UTF-8"
}

const profileNames = ["System Administrator", "Standard User", "Salesforce API Only System Integrations"]
const roleNames = ["CEO", "VP Sales", "VP Marketing", "Account Executive", "Customer Marketing"]

/** Adds the rows; returns the ids that other rows refer to. */
export const baseRecords = (org: Org["Service"], records: Records, stamp: string) => {
  const audit = { CreatedDate: stamp, LastModifiedDate: stamp, SystemModstamp: stamp }
  const profiles = profileNames.map((Name, at) =>
    records.add("Profile", {
      ...audit,
      Name,
      UserType: "Standard",
      PermissionsApiEnabled: true,
      PermissionsViewAllData: at !== 1,
      PermissionsModifyAllData: at === 0,
      PermissionsViewSetup: at !== 1,
      PermissionsViewAllUsers: at !== 1,
      PermissionsManageUsers: at === 0
    })
  )
  const roles = roleNames.map((Name) =>
    records.add("UserRole", {
      LastModifiedDate: stamp,
      SystemModstamp: stamp,
      Name,
      DeveloperName: Name.replaceAll(" ", ""),
      OpportunityAccessForAccountOwner: "Edit"
    })
  )
  records.add("Organization", {
    ...audit,
    Name: "Emulated Org",
    Country: "US",
    PrimaryContact: "Ada Admin",
    DefaultLocaleSidKey: "en_US",
    TimeZoneSidKey: "GMT",
    LanguageLocaleKey: "en_US",
    FiscalYearStartMonth: 1,
    DefaultAccountAccess: "Edit",
    DefaultContactAccess: "ControlledByParent",
    DefaultOpportunityAccess: "Edit",
    UiSkin: "Theme3",
    SignupCountryIsoCode: "US",
    OrganizationType: "Enterprise Edition",
    InstanceName: "EMU1",
    IsSandbox: false,
    WebToCaseDefaultOrigin: "Web",
    MonthlyPageViewsUsed: 0,
    MonthlyPageViewsEntitlement: 0
  })
  const admin = records.add("User", { ...audit, ...adminUser, ProfileId: profiles[0], UserRoleId: roles[0] })
  if (admin !== org.adminId) throw new Error("the administrator must be the first user")
  setupRecords(org, records, profiles, admin, stamp)
  return { profiles, roles, admin }
}
