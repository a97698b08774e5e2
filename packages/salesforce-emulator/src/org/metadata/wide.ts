/** A custom object of 400 fields of every type a custom field may have: what a query, a URL and a table must bear. */
import { customObjectLines, customRecordWords } from "./custom-object.ts"
import { geocodeAccuracy, values } from "./picklists.ts"
import { sobject } from "./sobject.ts"

const fieldCount = 400

const special = `
Serial__c                          | string 30            | nfgsA     | Serial
Legacy_Id__c                       | string 40            | cunfgsipqx | Legacy Id
Case_Sensitive_Key__c              | string 60            | cunfgsipqxe | Case Sensitive Key
Secret__c                          | encryptedstring 175  | cunp      | Secret
Account__c                         | reference Account    | cunfgsph  | Account              | rel=Account__r children=Wides__r
Parent__c                          | reference Wide__c    | cunfgsph  | Parent               | rel=Parent__r children=Wides__r
Reviewer__c                        | reference User       | cunfgsph  | Reviewer             | rel=Reviewer__r children=Wides__r
Account_Revenue__c                 | currency 18,0        | nfsp      | Account Revenue      | formula=Account__r.AnnualRevenue
Spot__Latitude__s                  | double 7,4           | cunfsp    | Spot (Latitude)      | compound=Spot__c
Spot__Longitude__s                 | double 7,4           | cunfsp    | Spot (Longitude)     | compound=Spot__c
Spot__c                            | location             | nfpb      | Spot
Site__Street__s                    | textarea 255         | cunfgsp   | Site (Street)        | compound=Site__c extra=plaintextarea
Site__City__s                      | string 40            | cunfgsp   | Site (City)          | compound=Site__c
Site__PostalCode__s                | string 20            | cunfgsp   | Site (ZIP/Postal Code) | compound=Site__c
Site__StateCode__s                 | picklist 10          | cunfgspk  | Site (State/Province) | compound=Site__c
Site__CountryCode__s               | picklist 10          | cunfgspk  | Site (Country/Territory) | compound=Site__c
Site__Latitude__s                  | double 18,15         | cunfsp    | Site (Latitude)      | compound=Site__c
Site__Longitude__s                 | double 18,15         | cunfsp    | Site (Longitude)     | compound=Site__c
Site__GeocodeAccuracy__s           | picklist 40          | cunfgspk  | Site (Geocode Accuracy) | compound=Site__c
Site__c                            | address              | nfpb      | Site
Longest__c                         | textarea 131072      | cunp      | Longest              | extra=plaintextarea
Html__c                            | textarea 32768       | cunpH     | Html                 | extra=richtextarea`.trim()

const ordinary = [
  "Text | string 255 | cunfgsp",
  "Code | string 18 | cunfgsp",
  "Number | double 18,0 | cunfsp",
  "Decimal | double 10,8 | cunfsp",
  "Money | currency 16,2 | cunfsp",
  "Share | percent 5,2 | cunfsp",
  "Flag | boolean | cufgsdp",
  "Day | date | cunfgsp",
  "Moment | datetime | cunfsp",
  "Hour | time | cunfsp",
  "Choice | picklist 255 | cunfgsp",
  "Choices | multipicklist 4099 | cunfp",
  "Mail | email 80 | cunfgsp",
  "Line | phone 40 | cunfgsp",
  "Link | url 255 | cunfgsp",
  "Note | textarea 255 | cunfgsp",
  "Story | textarea 32768 | cunp"
]

const numbered = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, at) => {
    const [label = "", ...rest] = (ordinary[at % ordinary.length] ?? "").split(" | ")
    const number = String(Math.floor(at / ordinary.length) + 1).padStart(2, "0")
    const extra = label === "Note" || label === "Story" ? "extra=plaintextarea" : ""
    return [`${label}_${number}__c`, ...rest, `${label} ${number}`, extra].join(" | ")
  })

const head = customObjectLines("Name | string 80 | cunfgsiMd | Wide Name")
const soFar = `${head}\n${special}`.split("\n").length
const lines = [head, special, ...numbered(fieldCount - soFar)]

const choices = values("Alpha;Beta;Gamma;Delta=Delta (old)")

export const wide = sobject({
  name: "Wide__c",
  label: "Wide",
  keyPrefix: "a02",
  can: customRecordWords,
  picklists: {
    Site__StateCode__s: values("CA=California;NY=New York;TX=Texas"),
    Site__CountryCode__s: values("US=United States;DE=Germany;JP=Japan"),
    Site__GeocodeAccuracy__s: geocodeAccuracy,
    ...Object.fromEntries(
      lines
        .map((line) => line.split(" ")[0] ?? "")
        .filter((field) => /^Choices?_/.test(field))
        .map((field) => [field, choices])
    )
  },
  table: lines.join("\n")
})
