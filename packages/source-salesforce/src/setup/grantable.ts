/**
 * What a permission set can grant. Salesforce refuses to deploy one that grants a field which is always readable
 * (required and system fields) or an object that has no permissions of its own. Where the org can be asked, its
 * describe decides about fields; this is what its documentation says, for when it cannot.
 * https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_permissionset.htm
 */

const words = (text: string): ReadonlySet<string> => new Set(text.toLowerCase().split(/\s+/))

const alwaysReadable = words(
  "Id Name IsDeleted MasterRecordId OwnerId CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp LastActivityDate LastViewedDate LastReferencedDate PhotoUrl CurrencyIsoCode IsPersonAccount IsArchived RecordTypeId"
)

const alwaysReadableOf: Readonly<Record<string, ReadonlySet<string>>> = {
  account: words("IsPartner IsCustomerPortal ChannelProgramName ChannelProgramLevelName JigsawCompanyId"),
  contact: words(
    "LastName FirstName Salutation LastCURequestDate LastCUUpdateDate EmailBouncedReason EmailBouncedDate IsEmailBounced JigsawContactId IndividualId"
  ),
  opportunity: words(
    "StageName CloseDate IsClosed IsWon ForecastCategory ForecastCategoryName HasOpportunityLineItem Pricebook2Id LastStageChangeDate FiscalQuarter FiscalYear Fiscal ContactId HasOpenActivity HasOverdueTask LastAmountChangedHistoryId LastCloseDateChangedHistoryId"
  ),
  lead: words(
    "LastName FirstName Salutation Company Status IsConverted ConvertedDate ConvertedAccountId ConvertedContactId ConvertedOpportunityId IsUnreadByOwner JigsawContactId EmailBouncedReason EmailBouncedDate IndividualId"
  ),
  case: words("CaseNumber Status IsClosed ContactPhone ContactMobile ContactEmail ContactFax Comments"),
  campaign: words("CampaignMemberRecordTypeId"),
  contract: words("AccountId Status ContractNumber StatusCode ActivatedDate ActivatedById LastApprovedDate"),
  order: words("AccountId EffectiveDate Status OrderNumber StatusCode TotalAmount Pricebook2Id")
}

const withPermissions = words(
  "Account Asset AssetRelationship AssociatedLocation Campaign Case Contact Contract ContractLineItem Entitlement Idea Individual Lead Location Opportunity Order OperatingHours Pricebook2 Product2 ProductItem Quote ReturnOrder ServiceAppointment ServiceContract ServiceResource ServiceTerritory Solution WorkOrder WorkType"
)

const isCustom = (name: string): boolean => name.endsWith("__c")

/** Whether a permission set has a line for the object. */
export const hasObjectPermissions = (object: string): boolean =>
  isCustom(object) || withPermissions.has(object.toLowerCase())

/** Standard fields of an object without permissions of its own follow another object or are open. */
export const hasFieldPermissions = (object: string, field: string): boolean => {
  if (isCustom(field)) return hasObjectPermissions(object) || object === "User"
  return (
    hasObjectPermissions(object) &&
    !alwaysReadable.has(field.toLowerCase()) &&
    !(alwaysReadableOf[object.toLowerCase()]?.has(field.toLowerCase()) ?? false)
  )
}

const addressPart =
  /^(Billing|Shipping|Mailing|Other)(Street|City|State|StateCode|PostalCode|Country|CountryCode|Latitude|Longitude|GeocodeAccuracy)$/

/** Parts of an address are granted with the whole. */
export const grantedAs = (field: string): string => field.replace(addressPart, "$1Address")

/** Read access that Salesforce wants beside that of the object. */
const dependencies: Readonly<Record<string, string>> = {
  Contact: "Account",
  Opportunity: "Account",
  Case: "Account",
  Contract: "Account",
  Order: "Account"
}

export const dependsOn = (object: string): string | null => dependencies[object] ?? null
