/** Sales territories: a model with territories, who works in them and which accounts belong to them. */
import { idPrefix, type SObject } from "../field.ts"
import { idSql } from "../id.ts"
import { auditLines, idLine } from "../metadata/audit-fields.ts"
import { values } from "../metadata/picklists.ts"
import { sobject } from "../metadata/sobject.ts"
import type { Org } from "../org.ts"
import { literal, quoted } from "../store.ts"
import { changeObject, type Feature, withFields } from "./feature.ts"

const territory2Type = sobject({
  name: "Territory2Type",
  label: "Territory Type",
  keyPrefix: "0M5",
  can: "query retrieve replicate create update delete",
  table: `
${idLine("Territory Type ID")}
DeveloperName | string 80      | cufgsi | Developer Name
Language      | picklist 40    | cunfgsdk | Master Language
MasterLabel   | string 80      | cufgsM | Label
Description   | string 1000    | cunfs  | Description
Priority      | int 9          | cufgs  | Priority
${auditLines}
`
})

const territory2Model = sobject({
  name: "Territory2Model",
  label: "Territory Model",
  keyPrefix: "0MA",
  can: "query retrieve replicate create update delete",
  picklists: {
    State: values("Planning;Active;Archived;Archiving;Activating;Cloning")
  },
  table: `
${idLine("Territory Model ID")}
Name          | string 80      | cufgsM | Label
DeveloperName | string 80      | cufgsi | Territory Model Name
Description   | string 1000    | cunfs  | Description
State         | picklist 40    | fgsk   | State
ActivatedDate | datetime       | nfs    | Activated Date
DeactivatedDate | datetime     | nfs    | Deactivated Date
LastRunRulesEndDate | datetime | nfs    | Last Run Rules End Date
${auditLines}
`
})

const accessLevels = values("None=Private;Read=Read Only;Edit=Read/Write;All=Owner")

const territory2 = sobject({
  name: "Territory2",
  label: "Territory",
  labelPlural: "Territories",
  keyPrefix: "0MI",
  can: "query retrieve replicate create update delete search",
  picklists: {
    AccountAccessLevel: accessLevels,
    OpportunityAccessLevel: accessLevels,
    CaseAccessLevel: accessLevels,
    ContactAccessLevel: accessLevels
  },
  table: `
${idLine("Territory ID")}
Name                   | string 80                 | cufgsM  | Label
DeveloperName          | string 80                 | cufgsi  | Territory Name
Description            | string 1000               | cunfs   | Description
Territory2TypeId       | reference Territory2Type  | cufgs   | Territory Type ID  | rel=Territory2Type restrict
Territory2ModelId      | reference Territory2Model | cfgs    | Territory Model ID | rel=Territory2Model children=Territories cascade
ParentTerritory2Id     | reference Territory2      | cunfgs  | Parent Territory ID | rel=ParentTerritory2 children=ParentTerritories restrict
AccountAccessLevel     | picklist 40               | cufgsk  | Account Access
OpportunityAccessLevel | picklist 40               | cunfgsk | Opportunity Access
CaseAccessLevel        | picklist 40               | cunfgsk | Case Access
ContactAccessLevel     | picklist 40               | cunfgsk | Contact Access
ForecastUserId         | reference User            | cunfgs  | User ID            | rel=ForecastUser
LastModifiedDate       | datetime                  | fsd     | Last Modified Date
LastModifiedById       | reference User            | fgsd    | Last Modified By ID | rel=LastModifiedBy
SystemModstamp         | datetime                  | fsd     | System Modstamp
`
})

const userTerritory2Association = sobject({
  name: "UserTerritory2Association",
  label: "User Territory Association",
  keyPrefix: "0MP",
  can: "query retrieve replicate create update delete",
  table: `
${idLine("User Territory Association ID")}
UserId           | reference User       | cfgs    | User ID      | rel=User cascade
Territory2Id     | reference Territory2 | cfgs    | Territory ID | rel=Territory2 children=UserTerritory2Associations cascade
IsActive         | boolean              | fgsd    | Is Active    | default=true
RoleInTerritory2 | picklist 40          | cunfgs  | Role in Territory
LastModifiedDate | datetime             | fsd     | Last Modified Date
LastModifiedById | reference User       | fgsd    | Last Modified By ID | rel=LastModifiedBy
SystemModstamp   | datetime             | fsd     | System Modstamp
`
})

const objectTerritory2Association = sobject({
  name: "ObjectTerritory2Association",
  label: "Object Territory Association",
  keyPrefix: "0Kx",
  can: "query retrieve create delete",
  picklists: {
    AssociationCause: values(
      "Territory2Manual=Territory Manual;Territory2AssignmentRule=Territory Assignment Rule"
    )
  },
  table: `
${idLine("Object Territory Association ID")}
ObjectId         | reference Account    | cfgs  | Object ID    | rel=Object children=ObjectTerritory2Associations cascade
Territory2Id     | reference Territory2 | cfgs  | Territory ID | rel=Territory2 children=ObjectTerritory2Associations cascade
AssociationCause | picklist 40          | cfgsk | Association Cause
SobjectType      | picklist 255         | nfgs  | Object
LastModifiedDate | datetime             | fsd   | Last Modified Date
LastModifiedById | reference User       | fgsd  | Last Modified By ID | rel=LastModifiedBy
SystemModstamp   | datetime             | fsd   | System Modstamp
`
})

const opportunityLines = `
Territory2Id                   | reference Territory2 | cunfgsh | Territory ID | rel=Territory2
IsExcludedFromTerritory2Filter | boolean              | cufgsd  | Exclude from the territory assignment filter logic | default=false`

const regions = ["AMER", "EMEA", "APAC", "LATAM"]

export const territories: Feature = {
  extend: (objects) => [
    ...changeObject(objects, "Opportunity", (object) => withFields(object, "OwnerId", opportunityLines)),
    territory2Type,
    territory2Model,
    territory2,
    userTerritory2Association,
    objectTerritory2Association
  ],
  records: ({ add }, stamp) => {
    const modified = { LastModifiedDate: stamp, SystemModstamp: stamp }
    const audit = { ...modified, CreatedDate: stamp }
    const Territory2TypeId = add("Territory2Type", {
      ...audit,
      DeveloperName: "Geographic",
      MasterLabel: "Geographic",
      Priority: 1
    })
    const Territory2ModelId = add("Territory2Model", {
      ...audit,
      Name: "World",
      DeveloperName: "World",
      State: "Active",
      ActivatedDate: stamp
    })
    for (const Name of regions) {
      add("Territory2", {
        ...modified,
        Name,
        DeveloperName: Name,
        Territory2TypeId,
        Territory2ModelId,
        AccountAccessLevel: "Edit",
        OpportunityAccessLevel: "Read"
      })
    }
  },
  fill: (org) => [
    associations(
      org,
      objectTerritory2Association,
      "Account",
      `parent."Id" AS "ObjectId", 'Territory2AssignmentRule' AS "AssociationCause", 'Account' AS "SobjectType"`
    ),
    associations(org, userTerritory2Association, "User", `parent."Id" AS "UserId", true AS "IsActive"`),
    `UPDATE "Opportunity" SET "Territory2Id" = a."Territory2Id" FROM "ObjectTerritory2Association" a WHERE a."ObjectId" = "AccountId"`
  ]
}

/** More than any dataset fills; later rows count on from here. */
const reserved = 100_000_000

/** Ties every parent to one of the territories. */
const associations = (org: Org["Service"], object: SObject, parent: string, columns: string): string => {
  const first = org.ids.take(object, reserved)
  const deletable = org.schema.object(parent)?.fields.some(({ name }) => name === "IsDeleted")
  const live = deletable ? ' WHERE NOT "IsDeleted"' : ""
  const territories = `(SELECT "Id", row_number() OVER (ORDER BY "Id") - 1 AS n FROM "Territory2")`
  const parents = `(SELECT *, row_number() OVER (ORDER BY "Id") + ${first - 1} AS n FROM ${quoted(parent)}${live})`
  return `INSERT INTO ${quoted(object.name)} BY NAME SELECT ${idSql(idPrefix(object), "parent.n", first + reserved)} AS "Id", ${columns}, territory."Id" AS "Territory2Id", parent."CreatedDate" AS "LastModifiedDate", ${literal(org.adminId)} AS "LastModifiedById", parent."CreatedDate" AS "SystemModstamp" FROM ${parents} parent JOIN ${territories} territory ON hash(parent."Id") % ${regions.length} = territory.n`
}
