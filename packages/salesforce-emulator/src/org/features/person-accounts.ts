/**
 * Person Accounts: customers who are people. Such an account has a contact of its own and shows its fields, and its
 * Name is put together from a person's.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_guidelines_personaccounts.htm
 */
import type { SObject } from "../field.ts"
import { makeId } from "../id.ts"
import { accountPicklists, contactPicklists, geocodeAccuracy } from "../metadata/picklists.ts"
import { literal } from "../store.ts"
import { changeObject, type Feature, withFields } from "./feature.ts"
import { withRecordTypeId } from "./record-types.ts"

const nameLines = `
LastName   | string 80   | cunfgsp | Last Name  | compound=Name extra=personname
FirstName  | string 40   | cunfgsp | First Name | compound=Name extra=personname
Salutation | picklist 40 | cunfgsp | Salutation | compound=Name extra=personname`

const address = (kind: string) => `
Person${kind}Street          | textarea 255 | cunfgsp  | ${kind} Street            | compound=Person${kind}Address extra=plaintextarea
Person${kind}City            | string 40    | cunfgsp  | ${kind} City              | compound=Person${kind}Address
Person${kind}State           | string 80    | cunfgsp  | ${kind} State/Province    | compound=Person${kind}Address
Person${kind}PostalCode      | string 20    | cunfgsp  | ${kind} Zip/Postal Code   | compound=Person${kind}Address
Person${kind}Country         | string 80    | cunfgsp  | ${kind} Country           | compound=Person${kind}Address
Person${kind}Latitude        | double 18,15 | cunfsp   | ${kind} Latitude          | compound=Person${kind}Address
Person${kind}Longitude       | double 18,15 | cunfsp   | ${kind} Longitude         | compound=Person${kind}Address
Person${kind}GeocodeAccuracy | picklist 40  | cunfgspk | ${kind} Geocode Accuracy  | compound=Person${kind}Address
Person${kind}Address         | address      | nfpb     | ${kind} Address`

const personLines = `
PersonContactId          | reference Contact | nfgsh    | Contact ID                      | rel=PersonContact
IsPersonAccount          | boolean           | fgsd     | Is Person Account               | default=false
${address("Mailing").trim()}
${address("Other").trim()}
PersonMobilePhone        | phone 40          | cunfgsp  | Mobile
PersonHomePhone          | phone 40          | cunfgsp  | Home Phone
PersonOtherPhone         | phone 40          | cunfgsp  | Other Phone
PersonAssistantPhone     | phone 40          | cunfgsp  | Asst. Phone
PersonEmail              | email 80          | cunfgsip | Email
PersonTitle              | string 80         | cunfgsp  | Title
PersonDepartment         | string 80         | cunfgsp  | Department
PersonAssistantName      | string 40         | cunfgsp  | Assistant
PersonLeadSource         | picklist 255      | cunfgsp  | Lead Source
PersonBirthdate          | date              | cunfgsp  | Birthdate
PersonLastCURequestDate  | datetime          | nfs      | Last Stay-in-Touch Request Date
PersonLastCUUpdateDate   | datetime          | nfs      | Last Stay-in-Touch Save Date
PersonEmailBouncedReason | string 255        | cunfgs   | Email Bounced Reason
PersonEmailBouncedDate   | datetime          | cunfs    | Email Bounced Date
PersonIndividualId       | reference Individual | cunfgsh | Individual ID                 | rel=PersonIndividual`

/** What account and contact of a person say in two places, account first. */
const shared = [
  ["LastName", "LastName"],
  ["FirstName", "FirstName"],
  ["Salutation", "Salutation"],
  ["PersonEmail", "Email"],
  ["PersonMobilePhone", "MobilePhone"],
  ["PersonTitle", "Title"],
  ["PersonMailingCity", "MailingCity"],
  ["PersonMailingCountry", "MailingCountry"]
] as const

const people = [
  ["Ada", "Lovelace", "London", "United Kingdom"],
  ["Grace", "Hopper", "New York", "USA"],
  ["Émilie", "du Châtelet", "Paris", "France"],
  ["Katherine", "Johnson", "Austin", "USA"],
  ["結衣", "田中", "東京", "日本"],
  ["Sofja", "Kowalewskaja", "Kraków", "Poland"],
  ["Rózsa", "Péter", "Zürich", "Switzerland"],
  [null, "O'Neill", "London", "United Kingdom"]
] as const

/** Ids of record types count on from those the org has. */
const nextRecordTypeId = (objects: ReadonlyArray<SObject>): string =>
  makeId("012", 1 + objects.flatMap((object) => object.recordTypes ?? []).length)

const withPersons = (account: SObject, recordType: string): SObject => {
  const named = withFields(withRecordTypeId(account), "Name", nameLines, {
    Salutation: contactPicklists.Salutation
  })
  const extended = withFields(named, "SicDesc", personLines, {
    PersonLeadSource: accountPicklists.AccountSource,
    PersonMailingGeocodeAccuracy: geocodeAccuracy,
    PersonOtherGeocodeAccuracy: geocodeAccuracy
  })
  const person = { id: recordType, developerName: "PersonAccount", name: "Person Account", isDefault: false }
  const isPerson = `"RecordTypeId" = ${literal(recordType)}`
  return {
    ...extended,
    recordTypes: [...(account.recordTypes ?? []), person],
    derived: {
      ...extended.derived,
      IsPersonAccount: `coalesce(${isPerson}, false)`,
      Name: `CASE WHEN ${isPerson} THEN concat_ws(' ', "FirstName", "LastName") ELSE "Name" END`
    }
  }
}

const contactLine = "IsPersonAccount | boolean | fgsd | Is Person Account | default=false"

export const personAccounts: Feature = {
  extend: (objects) => {
    const recordType = nextRecordTypeId(objects)
    const accounts = changeObject(objects, "Account", (account) => withPersons(account, recordType))
    return changeObject(accounts, "Contact", (contact) => withFields(contact, "AccountId", contactLine))
  },
  records: ({ add, change }, stamp) => {
    const audit = { CreatedDate: stamp, LastModifiedDate: stamp, SystemModstamp: stamp }
    const personType = add("RecordType", {
      ...audit,
      Name: "Person Account",
      DeveloperName: "PersonAccount",
      SobjectType: "Account",
      IsPersonType: true
    })
    for (const [at, [FirstName, LastName, City, Country]] of people.entries()) {
      const account = {
        LastName,
        FirstName,
        Salutation: at % 2 === 0 ? "Dr." : null,
        PersonEmail: `person.${at + 1}@mail.example`,
        PersonMobilePhone: `+1 555 01${at}0`,
        PersonTitle: at === 3 ? "Mathematician" : null,
        PersonMailingCity: City,
        PersonMailingCountry: Country
      }
      const AccountId = add("Account", { ...audit, ...account, RecordTypeId: personType })
      const PersonContactId = add("Contact", {
        ...audit,
        AccountId,
        IsPersonAccount: true,
        ...Object.fromEntries(shared.map(([onAccount, onContact]) => [onContact, account[onAccount]]))
      })
      change("Account", AccountId, { PersonContactId })
    }
  }
}
