/** Picklist values, in order. `value=label` where the label differs, `*` after the default. */
import type { PicklistValue } from "../field.ts"
import { stages } from "./stages.ts"

export const values = (text: string): ReadonlyArray<PicklistValue> =>
  text.split(";").map((entry) => {
    const isDefault = entry.endsWith("*")
    const [value = "", label = value] = (isDefault ? entry.slice(0, -1) : entry).split("=")
    return { value, label, default: isDefault }
  })

export const geocodeAccuracy = values(
  "Address;NearAddress;Block;Street;ExtendedZip;Zip;Neighborhood;City;County;State;Unknown"
)
export const source = values("Web;Phone Inquiry;Partner Referral;Purchased List;Other")
export const cleanStatus = values(
  "Matched=In Sync;Different;Acknowledged=Reviewed;NotFound=Not Found;Inactive;Pending=Not Compared;SelectMatch=Select Match;Skipped"
)

export const accountPicklists = {
  Type: values(
    "Prospect;Customer - Direct;Customer - Channel;Channel Partner / Reseller;Installation Partner;Technology Partner;Other"
  ),
  Industry: values(
    "Agriculture;Apparel;Banking;Biotechnology;Chemicals;Communications;Construction;Consulting;Education;Electronics;Energy;Engineering;Entertainment;Environmental;Finance;Food & Beverage;Government;Healthcare;Hospitality;Insurance;Machinery;Manufacturing;Media;Not For Profit;Recreation;Retail;Shipping;Technology;Telecommunications;Transportation;Utilities;Other"
  ),
  Ownership: values("Public;Private;Subsidiary;Other"),
  Rating: values("Hot;Warm;Cold"),
  AccountSource: source,
  CleanStatus: cleanStatus,
  BillingGeocodeAccuracy: geocodeAccuracy,
  ShippingGeocodeAccuracy: geocodeAccuracy,
  Reference_Status__c: values(
    "Not asked;Asked;Private reference;Public reference;Declined;Former=Former reference"
  ),
  Regions__c: values("AMER;EMEA;APAC;LATAM")
}

export const contactPicklists = {
  Salutation: values("Mr.;Ms.;Mrs.;Dr.;Prof."),
  LeadSource: source,
  CleanStatus: cleanStatus,
  MailingGeocodeAccuracy: geocodeAccuracy,
  OtherGeocodeAccuracy: geocodeAccuracy
}

export const opportunityPicklists = {
  StageName: stages.map(({ name }): PicklistValue => ({ value: name, label: name, default: false })),
  Type: values(
    "Existing Customer - Upgrade;Existing Customer - Replacement;Existing Customer - Downgrade;New Customer"
  ),
  LeadSource: source,
  ForecastCategory: values(
    "Omitted;Pipeline;BestCase=Best Case;MostLikely=Most Likely;Forecast=Commit;Closed"
  ),
  ForecastCategoryName: values("Omitted;Pipeline;Best Case;Commit;Closed")
}

export const userPicklists = {
  UserType: values(
    "Standard;PowerPartner=Partner;PowerCustomerSuccess=Customer Portal Manager;CustomerSuccess=Customer Portal User;Guest;CspLitePortal=High Volume Portal;CsnOnly=CSN Only;SelfService=Self Service;AutomatedProcess=Automated Process;CloudIntegrationUser=Cloud Integration User"
  ),
  EmailEncodingKey: values(
    "UTF-8=Unicode (UTF-8);ISO-8859-1=General US & Western Europe (ISO-8859-1, ISO-LATIN-1);Shift_JIS=Japanese (Shift-JIS)"
  ),
  LanguageLocaleKey: values(
    "en_US=English;de=German;es=Spanish;fr=French;it=Italian;ja=Japanese;pt_BR=Portuguese (Brazilian)"
  ),
  LocaleSidKey: values(
    "en_US=English (United States);en_GB=English (United Kingdom);de_DE=German (Germany);fr_FR=French (France);ja_JP=Japanese (Japan)"
  ),
  TimeZoneSidKey: values(
    "GMT=(GMT+00:00) Greenwich Mean Time (GMT);America/New_York=(GMT-05:00) Eastern Standard Time (America/New_York);America/Los_Angeles=(GMT-08:00) Pacific Standard Time (America/Los_Angeles);Europe/London=(GMT+00:00) Greenwich Mean Time (Europe/London);Europe/Berlin=(GMT+01:00) Central European Standard Time (Europe/Berlin);Asia/Tokyo=(GMT+09:00) Japan Standard Time (Asia/Tokyo)"
  ),
  GeocodeAccuracy: geocodeAccuracy
}
