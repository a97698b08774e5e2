/** What the values of a status field mean: one row a value. */
import { auditLines, idLine } from "./audit-fields.ts"
import { opportunityPicklists } from "./picklists.ts"
import { sobject } from "./sobject.ts"

export const opportunityStage = sobject({
  name: "OpportunityStage",
  label: "Opportunity Stage",
  keyPrefix: "01J",
  can: "query retrieve",
  picklists: {
    ForecastCategory: opportunityPicklists.ForecastCategory,
    ForecastCategoryName: opportunityPicklists.ForecastCategoryName
  },
  table: `
${idLine("Opportunity Stage ID")}
MasterLabel          | string 255   | nfgsM | Master Label
ApiName              | string 255   | fgs   | API Name
IsActive             | boolean      | fgsd  | Is Active             | default=true
SortOrder            | int 9        | nfgs  | Sort Order
IsClosed             | boolean      | fgsd  | Closed                | default=false
IsWon                | boolean      | fgsd  | Won                   | default=false
ForecastCategory     | picklist 40  | fgsk  | Forecast Category
ForecastCategoryName | picklist 255 | fgsk  | Forecast Category Name
DefaultProbability   | percent 3,0  | nfs   | Probability (%)
Description          | string 255   | nfgs  | Description
${auditLines}
`
})

const status = (
  name: string,
  label: string,
  labelPlural: string,
  keyPrefix: string,
  meaning: readonly [string, string]
) =>
  sobject({
    name,
    label,
    labelPlural,
    keyPrefix,
    can: "query retrieve",
    table: `
${idLine(`${label} ID`)}
MasterLabel | string 255 | nfgsM | Master Label
ApiName     | string 255 | fgs   | API Name
SortOrder   | int 9      | nfgs  | Sort Order
IsDefault   | boolean    | fgsd  | Is Default  | default=false
${meaning[0]} | boolean  | fgsd  | ${meaning[1]} | default=false
${auditLines}
`
  })

export const caseStatus = status("CaseStatus", "Case Status", "Case Statuses", "010", ["IsClosed", "Closed"])
export const taskStatus = status("TaskStatus", "Task Status Value", "Task Status Value", "013", [
  "IsClosed",
  "Closed"
])
export const taskPriority = status("TaskPriority", "Task Priority", "Task Priority", "011", [
  "IsHighPriority",
  "High Priority"
])
