/** The org's objects and fields as rows of EntityDefinition and FieldDefinition. */
import { type Field, isCompound, type SObject } from "../org/field.ts"
import type { Row } from "../org/row-values.ts"

/** In these rows the Id holds the DurableId, by which they refer to each other. */
type Identified = Row & { readonly Id: string }

const developerName = (name: string) => name.replace(/__\w+$/, "")

export const entityRow = (object: SObject, changedAt: string, isPrivate: boolean): Identified => ({
  Id: object.name,
  DurableId: object.name,
  LastModifiedDate: changedAt,
  QualifiedApiName: object.name,
  DeveloperName: developerName(object.name),
  MasterLabel: object.label,
  Label: object.label,
  PluralLabel: object.labelPlural,
  KeyPrefix: object.keyPrefix,
  InternalSharingModel: isPrivate ? "Private" : "ReadWrite",
  ExternalSharingModel: "Private",
  IsApexTriggerable: object.traits.triggerable,
  IsCompactLayoutable: object.traits.layoutable,
  IsCustomizable: object.traits.layoutable || object.custom,
  IsEverCreatable: object.traits.createable,
  IsEverDeletable: object.traits.deletable,
  IsEverUpdatable: object.traits.updateable,
  IsFeedEnabled: object.traits.feedEnabled,
  IsLayoutable: object.traits.layoutable,
  IsMruEnabled: object.traits.mruEnabled,
  IsQueryable: object.traits.queryable,
  IsReplicateable: object.traits.replicateable,
  IsRetrieveable: object.traits.retrieveable,
  IsSearchable: object.traits.searchable,
  IsTriggerable: object.traits.triggerable
})

const plainTypes: Readonly<Partial<Record<Field["type"], string>>> = {
  address: "Address",
  base64: "Base64",
  boolean: "Checkbox",
  combobox: "Picklist",
  date: "Date",
  datetime: "Date/Time",
  email: "Email",
  id: "Id",
  location: "Geolocation",
  multipicklist: "Picklist (Multi-Select)",
  phone: "Phone",
  picklist: "Picklist",
  time: "Time",
  url: "URL"
}

const numberTypes: Readonly<Partial<Record<Field["type"], string>>> = {
  currency: "Currency",
  double: "Number",
  percent: "Percent"
}

/** How the object manager words a field's type. */
const dataType = (field: Field): string => {
  const plain = plainTypes[field.type]
  if (plain !== undefined) return plain
  const number = numberTypes[field.type]
  if (number !== undefined) return `${number}(${field.precision - field.scale}, ${field.scale})`
  switch (field.type) {
    case "int":
    case "long":
      return `Number(${field.digits}, 0)`
    case "reference":
      return `Lookup(${field.referenceTo.join(",")})`
    case "textarea":
      return field.length > 255 ? `Long Text Area(${field.length})` : "Text Area(255)"
    default:
      return field.autoNumber ? "Auto Number" : `Text(${field.length})`
  }
}

const isCalculated = (field: Field) => field.formula !== null || field.rollUp !== null

export const fieldRow = (object: SObject, field: Field, changedAt: string): Identified => ({
  Id: `${object.name}.${field.durableId ?? field.name}`,
  DurableId: `${object.name}.${field.durableId ?? field.name}`,
  LastModifiedDate: changedAt,
  EntityDefinitionId: object.name,
  QualifiedApiName: field.name,
  DeveloperName: developerName(field.name),
  MasterLabel: field.label,
  Label: field.label,
  DataType: isCalculated(field) ? `Formula (${dataType(field)})` : dataType(field),
  ValueTypeId: field.type,
  ExtraTypeInfo: field.extraTypeInfo,
  Length: field.length,
  Precision: field.precision,
  Scale: field.scale,
  ReferenceTo: field.referenceTo.length === 0 ? null : JSON.stringify({ referenceTo: field.referenceTo }),
  RelationshipName: field.relationshipName,
  IsApiFilterable: field.filterable,
  IsApiGroupable: field.groupable,
  IsApiSortable: field.sortable,
  IsCalculated: isCalculated(field),
  IsCompactLayoutable: !isCompound(field),
  IsCompound: isCompound(field),
  IsHtmlFormatted: field.htmlFormatted,
  IsIndexed: field.idLookup || field.type === "id" || field.type === "reference" || field.externalId,
  IsListFilterable: field.filterable,
  IsListSortable: field.sortable,
  IsListVisible: true,
  IsNameField: field.nameField,
  IsNillable: field.nillable,
  IsPolymorphicForeignKey: field.referenceTo.length > 1,
  IsSearchPrefilterable: field.searchPrefilterable,
  IsWorkflowFilterable: field.filterable
})
