/** Who may see what and who logged in, and what changed on accounts. */
import { day, isoSecond } from "../stamps.ts"
import { type DemoRecords, Family } from "./family.ts"

export const accessRecords = (demo: DemoRecords): void => {
  const family = new Family(demo, 6)
  const { random } = family
  for (const AccountId of demo.accounts.slice(0, 100)) {
    family.add("AccountShare", {
      AccountId,
      UserOrGroupId: family.user(),
      AccountAccessLevel: random.pick(["Read", "Edit"]),
      OpportunityAccessLevel: "Read",
      CaseAccessLevel: "None",
      ContactAccessLevel: "Read",
      RowCause: "Manual",
      LastModifiedDate: family.audit().LastModifiedDate
    })
  }
  for (let number = 1; number <= 200; number++) {
    family.add("LoginHistory", {
      UserId: family.user(),
      LoginTime: isoSecond(family.now - number * 0.8 * day),
      LoginType: random.pick(["A", "i", "3"]),
      SourceIp: `198.51.100.${random.integer(1, 254)}`,
      LoginUrl: "login.salesforce.com",
      TlsProtocol: "5",
      Browser: random.pick(["Chrome 142", "Firefox 145", "Unknown"]),
      Platform: random.pick(["Windows 11", "Mac OSX", "Unknown"]),
      Status: random.pick(["Success", "Success", "Success", "Invalid Password"]),
      Application: random.pick(["Browser", "Decision Desk", "N/A"]),
      CountryIso: random.pick(["US", "DE", "JP"])
    })
  }
}

/** Field history leaves queries after 18 months. */
export const keptDays = 500

export const accountHistoryRecords = (demo: DemoRecords): void => {
  const family = new Family(demo, 7)
  const { random } = family
  for (const AccountId of demo.accounts.slice(0, 120)) {
    const { CreatedById } = family.audit()
    const created = family.now - random.integer(2, keptDays) * day
    family.add("AccountHistory", {
      AccountId,
      CreatedById,
      CreatedDate: isoSecond(created),
      Field: "created"
    })
    family.add("AccountHistory", {
      AccountId,
      CreatedById,
      CreatedDate: isoSecond(created + day),
      ...random.pick([
        { Field: "Industry", DataType: "DynamicEnum", OldValue: null, NewValue: "Retail" },
        { Field: "Customer_Logo__c", DataType: "Boolean", OldValue: "false", NewValue: "true" },
        { Field: "Name", DataType: "Text", OldValue: family.text(2, "Old name"), NewValue: "New name" },
        { Field: "Reference_Story__c", DataType: "TextArea", OldValue: null, NewValue: null }
      ])
    })
  }
}
