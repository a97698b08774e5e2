/** User: cannot be deleted, so it has no IsDeleted; leaving users become inactive. */
import type { SObject } from "../field.ts"
import { fieldsFromTable } from "./field-table.ts"
import { userPicklists } from "./picklists.ts"
import { standardTraits } from "./standard-traits.ts"

const fields = `
Id                                               | id                   | fgsid   | User ID
Username                                         | string 80            | cufgsi  | Username
LastName                                         | string 80            | cufgs   | Last Name                             | compound=Name extra=personname
FirstName                                        | string 40            | cunfgs  | First Name                            | compound=Name extra=personname
Name                                             | string 121           | fgsM    | Full Name                             | extra=personname
CompanyName                                      | string 80            | cunfgs  | Company Name
Division                                         | string 80            | cunfgs  | Division
Department                                       | string 80            | cunfgs  | Department
Title                                            | string 80            | cunfgs  | Title
Street                                           | textarea 255         | cunfgs  | Street                                | compound=Address extra=plaintextarea
City                                             | string 40            | cunfgs  | City                                  | compound=Address
State                                            | string 80            | cunfgs  | State/Province                        | compound=Address
PostalCode                                       | string 20            | cunfgs  | Zip/Postal Code                       | compound=Address
Country                                          | string 80            | cunfgs  | Country                               | compound=Address
Latitude                                         | double 18,15         | cunfs   | Latitude                              | compound=Address
Longitude                                        | double 18,15         | cunfs   | Longitude                             | compound=Address
Address                                          | address              | nfb     | Address
GeocodeAccuracy                                  | picklist 40          | cunfgsk | Geocode Accuracy                      | compound=Address
Email                                            | email 128            | cufgsi  | E-mail
EmailPreferencesAutoBcc                          | boolean              | cuf     | AutoBcc
EmailPreferencesAutoBccStayInTouch               | boolean              | cuf     | AutoBccStayInTouch
EmailPreferencesStayInTouchReminder              | boolean              | cuf     | StayInTouchReminder
SenderEmail                                      | email 80             | cunfgs  | Email Sender Address
SenderName                                       | string 80            | cunfgs  | Email Sender Name
Signature                                        | string 1333          | cunfs   | Email Signature
StayInTouchSubject                               | string 80            | cunfgs  | Stay-in-Touch Email Subject
StayInTouchSignature                             | string 512           | cunfs   | Stay-in-Touch Email Signature
StayInTouchNote                                  | string 512           | cunfs   | Stay-in-Touch Email Note
Phone                                            | phone 40             | cunfgs  | Phone
Fax                                              | phone 40             | cunfgs  | Fax
MobilePhone                                      | phone 40             | cunfgs  | Cell
Alias                                            | string 8             | cufgs   | Alias
CommunityNickname                                | string 40            | cufgs   | Nickname
IsActive                                         | boolean              | cufgsd  | Active
TimeZoneSidKey                                   | picklist 40          | cufgsk  | Time Zone
UserRoleId                                       | reference UserRole   | cunfgs  | Role ID                               | rel=UserRole
LocaleSidKey                                     | picklist 40          | cufgsk  | Locale
ReceivesInfoEmails                               | boolean              | cufgsd  | Info Emails
ReceivesAdminInfoEmails                          | boolean              | cufgsd  | Admin Info Emails
EmailEncodingKey                                 | picklist 40          | cufgsk  | Email Encoding
ProfileId                                        | reference Profile    | cufgs   | Profile ID                            | rel=Profile
UserType                                         | picklist 40          | nfgsk   | User Type
LanguageLocaleKey                                | picklist 40          | cufgsk  | Language
EmployeeNumber                                   | string 20            | cunfgs  | Employee Number
DelegatedApproverId                              | reference Group,User | cunfgs  | Delegated Approver ID                 | children=DelegatedUsers
ManagerId                                        | reference User       | cunfgs  | Manager ID                            | rel=Manager children=ManagedUsers
LastLoginDate                                    | datetime             | nfs     | Last Login
LastPasswordChangeDate                           | datetime             | nfs     | Last Password Change or Reset
CreatedDate                                      | datetime             | fsd     | Created Date
CreatedById                                      | reference User       | fgsd    | Created By ID                         | rel=CreatedBy
LastModifiedDate                                 | datetime             | fsd     | Last Modified Date
LastModifiedById                                 | reference User       | fgsd    | Last Modified By ID                   | rel=LastModifiedBy
SystemModstamp                                   | datetime             | fsd     | System Modstamp
OfflineTrialExpirationDate                       | datetime             | nfs     | Offline Edition Trial Expiration Date
OfflinePdaTrialExpirationDate                    | datetime             | nfs     | Sales Anywhere Trial Expiration Date
UserPermissionsMarketingUser                     | boolean              | cuf     | Marketing User
UserPermissionsOfflineUser                       | boolean              | cuf     | Offline User
UserPermissionsCallCenterAutoLogin               | boolean              | cuf     | Auto-login To Call Center
UserPermissionsMobileUser                        | boolean              | cuf     | Apex Mobile User
UserPermissionsSFContentUser                     | boolean              | cuf     | Salesforce CRM Content User
UserPermissionsKnowledgeUser                     | boolean              | cuf     | Knowledge User
UserPermissionsInteractionUser                   | boolean              | cuf     | Force.com Flow User
UserPermissionsSupportUser                       | boolean              | cuf     | Service Cloud User
UserPermissionsSiteforceContributorUser          | boolean              | cuf     | Site.com Contributor User
UserPermissionsSiteforcePublisherUser            | boolean              | cuf     | Site.com Publisher User
UserPermissionsChatterAnswersUser                | boolean              | cuf     | Chatter Answers User
ForecastEnabled                                  | boolean              | cufgsd  | Allow Forecasting
UserPreferencesActivityRemindersPopup            | boolean              | cuf     | ActivityRemindersPopup
UserPreferencesEventRemindersCheckboxDefault     | boolean              | cuf     | EventRemindersCheckboxDefault
UserPreferencesTaskRemindersCheckboxDefault      | boolean              | cuf     | TaskRemindersCheckboxDefault
UserPreferencesReminderSoundOff                  | boolean              | cuf     | ReminderSoundOff
UserPreferencesContentNoEmail                    | boolean              | cuf     | ContentNoEmail
UserPreferencesContentEmailAsAndWhen             | boolean              | cuf     | ContentEmailAsAndWhen
UserPreferencesApexPagesDeveloperMode            | boolean              | cuf     | ApexPagesDeveloperMode
UserPreferencesHideCSNGetChatterMobileTask       | boolean              | cuf     | HideCSNGetChatterMobileTask
UserPreferencesHideCSNDesktopTask                | boolean              | cuf     | HideCSNDesktopTask
UserPreferencesHideChatterOnboardingSplash       | boolean              | cuf     | HideChatterOnboardingSplash
UserPreferencesHideSecondChatterOnboardingSplash | boolean              | cuf     | HideSecondChatterOnboardingSplash
UserPreferencesOptOutOfTouch                     | boolean              | cuf     | OptOutOfTouch
UserPreferencesShowTitleToExternalUsers          | boolean              | cuf     | ShowTitleToExternalUsers
UserPreferencesShowManagerToExternalUsers        | boolean              | cuf     | ShowManagerToExternalUsers
UserPreferencesShowEmailToExternalUsers          | boolean              | cuf     | ShowEmailToExternalUsers
UserPreferencesShowWorkPhoneToExternalUsers      | boolean              | cuf     | ShowWorkPhoneToExternalUsers
UserPreferencesShowMobilePhoneToExternalUsers    | boolean              | cuf     | ShowMobilePhoneToExternalUsers
UserPreferencesShowFaxToExternalUsers            | boolean              | cuf     | ShowFaxToExternalUsers
UserPreferencesShowStreetAddressToExternalUsers  | boolean              | cuf     | ShowStreetAddressToExternalUsers
UserPreferencesShowCityToExternalUsers           | boolean              | cuf     | ShowCityToExternalUsers
UserPreferencesShowStateToExternalUsers          | boolean              | cuf     | ShowStateToExternalUsers
UserPreferencesShowPostalCodeToExternalUsers     | boolean              | cuf     | ShowPostalCodeToExternalUsers
UserPreferencesShowCountryToExternalUsers        | boolean              | cuf     | ShowCountryToExternalUsers
UserPreferencesShowProfilePicToGuestUsers        | boolean              | cuf     | ShowProfilePicToGuestUsers
UserPreferencesShowTitleToGuestUsers             | boolean              | cuf     | ShowTitleToGuestUsers
UserPreferencesShowCityToGuestUsers              | boolean              | cuf     | ShowCityToGuestUsers
UserPreferencesShowStateToGuestUsers             | boolean              | cuf     | ShowStateToGuestUsers
UserPreferencesShowPostalCodeToGuestUsers        | boolean              | cuf     | ShowPostalCodeToGuestUsers
UserPreferencesShowCountryToGuestUsers           | boolean              | cuf     | ShowCountryToGuestUsers
UserPreferencesHideS1BrowserUI                   | boolean              | cuf     | HideS1BrowserUI
ContactId                                        | reference Contact    | cnfgs   | Contact ID                            | rel=Contact children=Users restrict
AccountId                                        | reference Account    | nfgs    | Account ID                            | children=Users
CallCenterId                                     | reference CallCenter | cunfgs  | Call Center ID
Extension                                        | phone 40             | cunfgs  | Extension
FederationIdentifier                             | string 512           | cunfsi  | SAML Federation ID
LastViewedDate                                   | datetime             | nfs     | Last Viewed Date
LastReferencedDate                               | datetime             | nfs     | Last Referenced Date
`

export const user: SObject = {
  name: "User",
  label: "User",
  labelPlural: "Users",
  keyPrefix: "005",
  custom: false,
  traits: { ...standardTraits, deletable: false, undeletable: false },
  urlKeys: [
    "compactLayouts",
    "rowTemplate",
    "namedLayouts",
    "passwordUtilities",
    "describe",
    "quickActions",
    "layouts",
    "sobject"
  ],
  fields: fieldsFromTable(fields, userPicklists),
  derived: { Name: "concat_ws(' ', FirstName, LastName)" }
}
