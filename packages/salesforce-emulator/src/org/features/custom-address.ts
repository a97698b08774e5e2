/** A custom address field. Its parts always have a country code, with or without the state and country picklists. */
import { geocodeAccuracy } from "../metadata/picklists.ts"
import { literal } from "../store.ts"
import { countryCodes, stateCodes } from "./code-picklists.ts"
import { countries } from "./countries.ts"
import { changeObject, type Feature, withFields } from "./feature.ts"

const table = `
Warehouse__Street__s          | textarea 255 | cunfgsp  | Warehouse (Street)             | compound=Warehouse__c extra=plaintextarea
Warehouse__City__s            | string 40    | cunfgsp  | Warehouse (City)               | compound=Warehouse__c
Warehouse__PostalCode__s      | string 20    | cunfgsp  | Warehouse (ZIP/Postal Code)    | compound=Warehouse__c
Warehouse__StateCode__s       | picklist 10  | cunfgspk | Warehouse (State/Province)     | compound=Warehouse__c controller=Warehouse__CountryCode__s
Warehouse__CountryCode__s     | picklist 10  | cunfgspk | Warehouse (Country/Territory)  | compound=Warehouse__c
Warehouse__Latitude__s        | double 18,15 | cunfsp   | Warehouse (Latitude)           | compound=Warehouse__c
Warehouse__Longitude__s       | double 18,15 | cunfsp   | Warehouse (Longitude)          | compound=Warehouse__c
Warehouse__GeocodeAccuracy__s | picklist 40  | cunfgspk | Warehouse (Geocode Accuracy)   | compound=Warehouse__c
Warehouse__c                  | address      | nfpb     | Warehouse`

const picklists = {
  Warehouse__StateCode__s: stateCodes,
  Warehouse__CountryCode__s: countryCodes,
  Warehouse__GeocodeAccuracy__s: geocodeAccuracy
}

const codes = countries
  .map(
    ({ code, name, aliases }) =>
      `WHEN "BillingCountry" IN (${[name, ...aliases].map(literal).join(", ")}) THEN ${literal(code)}`
  )
  .join(" ")

export const customAddress: Feature = {
  extend: (objects) =>
    changeObject(objects, "Account", (account) => withFields(account, "", table, picklists)),
  fill: () => [
    `UPDATE "Account" SET "Warehouse__Street__s" = "BillingStreet", "Warehouse__City__s" = "BillingCity", "Warehouse__PostalCode__s" = "BillingPostalCode", "Warehouse__CountryCode__s" = CASE ${codes} END, "Warehouse__Latitude__s" = "BillingLatitude", "Warehouse__Longitude__s" = "BillingLongitude", "Warehouse__GeocodeAccuracy__s" = "BillingGeocodeAccuracy" WHERE hash("Id") % 3 = 0`
  ]
}
