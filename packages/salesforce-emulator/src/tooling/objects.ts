/**
 * The objects of the Tooling API that clients ask: the org's objects and fields as rows, and the code objects, of
 * which this org has none.
 * https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_fielddefinition.htm
 */
import type { SObject } from "../org/field.ts"
import { sobject } from "../org/metadata/sobject.ts"

export const entityDefinition = sobject({
  name: "EntityDefinition",
  label: "Entity Definition",
  keyPrefix: "4ie",
  can: "query retrieve",
  table: `
Id                   | id         | fgsd  | Entity Definition ID
DurableId            | string 255 | nfgs  | Durable ID
LastModifiedDate     | datetime   | nfs   | Last Modified Date
QualifiedApiName     | string 70  | nfgs  | Qualified API Name
NamespacePrefix      | string 15  | nfgs  | Namespace Prefix
DeveloperName        | string 40  | nfgsM | Developer Name
MasterLabel          | string 40  | nfgs  | Master Label
Label                | string 40  | nfgs  | Label
PluralLabel          | string 40  | nfgs  | Plural Label
KeyPrefix            | string 3   | nfgs  | Key Prefix
InternalSharingModel | string 40  | nfgs  | Internal Sharing Model
ExternalSharingModel | string 40  | nfgs  | External Sharing Model
IsApexTriggerable    | boolean    | fgsd  | Is Apex Triggerable     | default=false
IsCompactLayoutable  | boolean    | fgsd  | Is Compact Layoutable   | default=false
IsCustomSetting      | boolean    | fgsd  | Is Custom Setting       | default=false
IsCustomizable       | boolean    | fgsd  | Is Customizable         | default=false
IsDeprecatedAndHidden | boolean   | fgsd  | Is Deprecated And Hidden | default=false
IsEverCreatable      | boolean    | fgsd  | Is Ever Creatable       | default=false
IsEverDeletable      | boolean    | fgsd  | Is Ever Deletable       | default=false
IsEverUpdatable      | boolean    | fgsd  | Is Ever Updatable       | default=false
IsFeedEnabled        | boolean    | fgsd  | Is Feed Enabled         | default=false
IsLayoutable         | boolean    | fgsd  | Is Layoutable           | default=false
IsMruEnabled         | boolean    | fgsd  | Is Mru Enabled          | default=false
IsQueryable          | boolean    | fgsd  | Is Queryable            | default=false
IsReplicateable      | boolean    | fgsd  | Is Replicateable        | default=false
IsRetrieveable       | boolean    | fgsd  | Is Retrieveable         | default=false
IsSearchable         | boolean    | fgsd  | Is Searchable           | default=false
IsTriggerable        | boolean    | fgsd  | Is Triggerable          | default=false
`
})

export const fieldDefinition = sobject({
  name: "FieldDefinition",
  label: "Field Definition",
  keyPrefix: "4if",
  can: "query retrieve",
  table: `
Id                      | id                         | fgsd  | Field Definition ID
DurableId               | string 255                 | nfgs  | Durable ID
LastModifiedDate        | datetime                   | nfs   | Last Modified Date
LastModifiedById        | reference User             | nfgs  | Last Modified By ID     | rel=LastModifiedBy
EntityDefinitionId      | reference EntityDefinition | nfgs  | Entity Definition ID    | rel=EntityDefinition children=Fields
NamespacePrefix         | string 15                  | nfgs  | Namespace Prefix
QualifiedApiName        | string 70                  | nfgs  | Qualified API Name
DeveloperName           | string 40                  | nfgsM | Developer Name
MasterLabel             | string 80                  | nfgs  | Master Label
Label                   | string 80                  | nfgs  | Label
DataType                | string 120                 | nfgs  | Data Type
ValueTypeId             | string 40                  | nfgs  | Value Type ID
ExtraTypeInfo           | string 40                  | nfgs  | Extra Type Info
Length                  | int 9                      | nfgs  | Length
Precision               | int 9                      | nfgs  | Precision
Scale                   | int 9                      | nfgs  | Scale
ReferenceTo             | string 1000                | n     | Reference To
ReferenceTargetField    | string 255                 | nfgs  | Reference Target Field
RelationshipName        | string 255                 | nfgs  | Relationship Name
ControllingFieldDefinitionId | string 255            | nfgs  | Controlling Field Definition ID
BusinessOwnerId         | string 18                  | nfgs  | Business Owner ID
BusinessStatus          | string 40                  | nfgs  | Business Status
SecurityClassification  | string 40                  | nfgs  | Security Classification
ComplianceGroup         | string 255                 | nfgs  | Compliance Group
Description             | textarea 1000              | n     | Description
IsApiFilterable         | boolean                    | fgsd  | Is API Filterable       | default=false
IsApiGroupable          | boolean                    | fgsd  | Is API Groupable        | default=false
IsApiSortable           | boolean                    | fgsd  | Is API Sortable         | default=false
IsCalculated            | boolean                    | fgsd  | Is Calculated           | default=false
IsCompactLayoutable     | boolean                    | fgsd  | Is Compact Layoutable   | default=false
IsCompound              | boolean                    | fgsd  | Is Compound             | default=false
IsFieldHistoryTracked   | boolean                    | fgsd  | Is Field History Tracked | default=false
IsHighScaleNumber       | boolean                    | fgsd  | Is High Scale Number    | default=false
IsHtmlFormatted         | boolean                    | fgsd  | Is HTML Formatted       | default=false
IsIndexed               | boolean                    | fgsd  | Is Indexed              | default=false
IsListFilterable        | boolean                    | fgsd  | Is List Filterable      | default=false
IsListSortable          | boolean                    | fgsd  | Is List Sortable        | default=false
IsListVisible           | boolean                    | fgsd  | Is List Visible         | default=false
IsNameField             | boolean                    | fgsd  | Is Name Field           | default=false
IsNillable              | boolean                    | fgsd  | Is Nillable             | default=false
IsPolymorphicForeignKey | boolean                    | fgsd  | Is Polymorphic Foreign Key | default=false
IsSearchPrefilterable   | boolean                    | fgsd  | Is Search Prefilterable | default=false
IsWorkflowFilterable    | boolean                    | fgsd  | Is Workflow Filterable  | default=false
`
})

const audit = `CreatedDate      | datetime       | fsd  | Created Date
CreatedById      | reference User | fgsd | Created By ID       | rel=CreatedBy
LastModifiedDate | datetime       | fsd  | Last Modified Date
LastModifiedById | reference User | fgsd | Last Modified By ID | rel=LastModifiedBy
SystemModstamp   | datetime       | fsd  | System Modstamp
`

const code = (name: string, label: string, keyPrefix: string, further = "") =>
  sobject({
    name,
    label,
    labelPlural: label.endsWith("s") ? `${label}es` : `${label}s`,
    keyPrefix,
    can: "query retrieve",
    table: `
Id                    | id               | fgsid | ${label} ID
NamespacePrefix       | string 15        | nfgs  | Namespace Prefix
Name                  | string 255       | fgsM  | Name
ApiVersion            | double 18,1      | fgs   | Api Version
Status                | string 40        | fgs   | Status
IsValid               | boolean          | fgsd  | Is Valid            | default=true
LengthWithoutComments | int 9            | fgs   | Size Without Comments
Body                  | textarea 1000000 | n     | Body
${further}${audit}`
  })

export const toolingObjects: ReadonlyArray<SObject> = [
  entityDefinition,
  fieldDefinition,
  code("ApexClass", "Apex Class", "01p"),
  code(
    "ApexTrigger",
    "Apex Trigger",
    "01q",
    "TableEnumOrId | string 40 | fgs | Custom Object Definition ID\n"
  ),
  code("ApexPage", "Visualforce Page", "066"),
  code("ApexComponent", "Visualforce Component", "099")
]
