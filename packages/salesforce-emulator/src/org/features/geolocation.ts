/** A custom geolocation field: a compound of two numbers. */
import { changeObject, type Feature, withFields } from "./feature.ts"

const table = `
Head_Office__Latitude__s  | double 18,7 | cunfsp | Head Office (Latitude)  | compound=Head_Office__c
Head_Office__Longitude__s | double 18,7 | cunfsp | Head Office (Longitude) | compound=Head_Office__c
Head_Office__c            | location    | nfpb   | Head Office`

export const geolocation: Feature = {
  extend: (objects) => changeObject(objects, "Account", (account) => withFields(account, "", table)),
  fill: () => [
    `UPDATE "Account" SET "Head_Office__Latitude__s" = round("BillingLatitude", 7), "Head_Office__Longitude__s" = round("BillingLongitude", 7) WHERE "BillingLatitude" IS NOT NULL`
  ]
}
