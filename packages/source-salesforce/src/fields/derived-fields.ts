/**
 * Fields whose value changes while the row's stamp does not: formulas, parents' fields, and those that Salesforce
 * derives from settings, related rows or time without saying so in the describe. Only reading them again tells.
 */
import { type Column, columnHeaders } from "@decant/connector"
import { fieldsByName, type ObjectDescribe } from "../describe/describe-shape.ts"

/** By lower-case object; `*` is any object. */
const derived: Readonly<Record<string, ReadonlyArray<string>>> = {
  "*": ["IsArchived", "LastActivityDate", "HasOptedOutOfEmail", "PhotoUrl"],
  // They show what the lead, the contact or the product holds.
  campaignmember: [
    "City",
    "CompanyOrAccount",
    "Country",
    "Description",
    "DoNotCall",
    "Email",
    "Fax",
    "FirstName",
    "HasOptedOutOfFax",
    "LastName",
    "LeadOrContactOwnerId",
    "LeadSource",
    "MobilePhone",
    "Name",
    "Phone",
    "PostalCode",
    "Salutation",
    "State",
    "Street",
    "Title"
  ],
  case: ["ContactEmail", "ContactFax", "ContactMobile", "ContactPhone"],
  contractlineitem: ["Status"],
  opportunity: [
    "ContactId",
    "Fiscal",
    "FiscalQuarter",
    "FiscalYear",
    "ForecastCategory",
    "ForecastCategoryName",
    "HasOpenActivity",
    "HasOpportunityLineItem",
    "HasOverdueTask",
    "IsClosed",
    "IsWon"
  ],
  opportunitylineitem: ["Name", "ProductCode"],
  pricebookentry: ["Name", "ProductCode"]
}

const geocode = /(Latitude|Longitude|GeocodeAccuracy|__Latitude__s|__Longitude__s)$/

/** Whether a field of the object, by its path, may change without a new stamp. */
const changesSilently = (
  describe: ObjectDescribe,
  asked: ReadonlyArray<string>
): ((path: string) => boolean) => {
  const fields = fieldsByName(describe)
  const names = [...(derived["*"] ?? []), ...(derived[describe.name.toLowerCase()] ?? []), ...asked]
  const silent = new Set(names.map((name) => name.toLowerCase()))
  return (path) => {
    const field = fields.get(path.toLowerCase())
    return (
      path.includes(".") ||
      silent.has(path.toLowerCase()) ||
      field?.calculated === true ||
      (geocode.test(path) && field?.compoundFieldName !== null && field !== undefined)
    )
  }
}

/** The columns that the formula refresh reads again; `asked` are the spec's own. */
export const silentColumns = (
  describe: ObjectDescribe,
  columns: ReadonlyArray<Column>,
  asked: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const silent = changesSilently(describe, asked)
  return columns.filter((column) => columnHeaders(column).some(silent)).map(({ name }) => name)
}

/** Whether a condition reads such fields, so that rows may leave or enter it without a new stamp. */
export const isSilentFilter = (describe: ObjectDescribe, where: string): boolean => {
  const silent = changesSilently(describe, [])
  const withoutTexts = where.replaceAll(/'(?:[^'\\]|\\.)*'/g, "''")
  return [...withoutTexts.matchAll(/[A-Za-z]\w*(?:\.[A-Za-z]\w*)*/g)].some(([word]) => silent(word))
}
