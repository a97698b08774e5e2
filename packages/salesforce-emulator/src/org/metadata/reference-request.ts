/** A custom object with a lookup, a detail of it, and roll-ups over the details. */
import { customObjectLines, customRecordWords } from "./custom-object.ts"
import { values } from "./picklists.ts"
import { sobject } from "./sobject.ts"

export const referenceRequest = sobject({
  name: "Reference_Request__c",
  label: "Reference Request",
  keyPrefix: "a00",
  can: `${customRecordWords} feed`,
  picklists: {
    Status__c: values("New*;Sent;Accepted;Declined;Done"),
    Channels__c: values("Call;Case study;Event;Press;Review site")
  },
  table: `
${customObjectLines("Name | string 80 | fgsiMdA | Request Number")}
LastActivityDate    | date              | nfgs     | Last Activity
Account__c          | reference Account | cunfgsph | Account           | rel=Account__r children=Reference_Requests__r
Contact__c          | reference Contact | cunfgsph | Contact           | rel=Contact__r children=Reference_Requests__r
Status__c           | picklist 255      | cunfgsdpk | Status
Channels__c         | multipicklist 4099 | cunfpk  | Channels
Due_Date__c         | date              | cunfgsp  | Due Date
Call_Time__c        | time              | cunfsp   | Call Time
Budget__c           | currency 16,2     | cunfsp   | Budget
Approved__c         | boolean           | cufgsdp  | Approved          | default=false
Notes__c            | textarea 32768    | cunpH    | Notes             | extra=richtextarea
Account_Industry__c | string 1300       | nfgsp    | Account Industry  | formula=Account__r.Industry
Quotes__c           | double 18,0       | nfsp     | Quotes            | rollup=COUNT(Reference_Quote__c)
Quoted_Value__c     | currency 18,2     | nfsp     | Quoted Value      | rollup=SUM(Reference_Quote__c.Value__c)
Last_Quoted__c      | datetime          | nfsp     | Last Quoted       | rollup=MAX(Reference_Quote__c.Approved_On__c)
`
})

export const referenceQuote = sobject({
  name: "Reference_Quote__c",
  label: "Reference Quote",
  keyPrefix: "a01",
  can: customRecordWords,
  table: `
${customObjectLines("Name | string 80 | cunfgsiMd | Reference Quote Name", "detail")}
Reference_Request__c | reference Reference_Request__c | cfgsh | Reference Request | rel=Reference_Request__r children=Reference_Quotes__r cascade
Quote__c             | textarea 5000                  | cunp    | Quote        | extra=plaintextarea
Value__c             | currency 18,2                  | cunfsp  | Value
Approved_On__c       | datetime                       | cunfsp  | Approved On
Source_Url__c        | url 255                        | cunfgsp | Source URL
`
})
