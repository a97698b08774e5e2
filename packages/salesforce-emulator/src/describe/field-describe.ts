/**
 * A field as describe prints it: every key that Salesforce sends, in its (alphabetical) order, absent values as null.
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm
 */
import { type Field, type FieldType, isCompound } from "../org/field.ts"

const soapTypes: Readonly<Partial<Record<FieldType, string>>> = {
  address: "urn:address",
  anyType: "xsd:anyType",
  location: "urn:location",
  base64: "xsd:base64Binary",
  boolean: "xsd:boolean",
  currency: "xsd:double",
  double: "xsd:double",
  percent: "xsd:double",
  int: "xsd:int",
  long: "xsd:long",
  date: "xsd:date",
  datetime: "xsd:dateTime",
  time: "xsd:time",
  id: "tns:ID",
  reference: "tns:ID"
}

const isLongText = (field: Field) => field.type === "textarea" && field.length > 255

const isAggregatable = (field: Field) =>
  field.type !== "boolean" && field.type !== "multipicklist" && !isCompound(field) && !isLongText(field)

const defaultValue = (field: Field): unknown => {
  if (field.type !== "boolean") return field.defaultValue
  return field.defaultedOnCreate ? field.defaultValue === "true" : null
}

const formulaText = (path: string, type: FieldType) => (type === "string" ? `TEXT(${path})` : path)

/** Keys that a saved describe may say something about which the field itself does not. */
export const describedKeys: ReadonlySet<string> = new Set(
  "aggregatable aiPredictionField calculated calculatedFormula dataTranslationEnabled defaultValueFormula deprecatedAndHidden displayLocationInDecimal encrypted filteredLookupInfo formulaTreatNullNumberAsZero highScaleNumber inlineHelpText mask maskType namePointing polymorphicForeignKey referenceTargetField relationshipOrder soapType writeRequiresMasterRead".split(
    " "
  )
)

export const describeField = (field: Field) => ({
  aggregatable: isAggregatable(field),
  aiPredictionField: false,
  autoNumber: field.autoNumber,
  byteLength: field.byteLength,
  calculated: field.formula !== null || (field.custom && field.rollUp !== null),
  calculatedFormula: field.formula === null ? null : formulaText(field.formula, field.type),
  cascadeDelete: field.custom && field.cascadeDelete,
  caseSensitive: field.caseSensitive,
  compoundFieldName: field.compoundFieldName,
  controllerName: field.controllerName,
  createable: field.createable,
  custom: field.custom,
  dataTranslationEnabled: null,
  defaultValue: defaultValue(field),
  defaultValueFormula: null,
  defaultedOnCreate: field.defaultedOnCreate,
  dependentPicklist: field.controllerName !== null,
  deprecatedAndHidden: false,
  digits: field.digits,
  displayLocationInDecimal: false,
  encrypted: field.type === "encryptedstring",
  externalId: field.externalId,
  extraTypeInfo: field.extraTypeInfo,
  filterable: field.filterable,
  filteredLookupInfo: null,
  formulaTreatNullNumberAsZero: false,
  groupable: field.groupable,
  highScaleNumber: false,
  htmlFormatted: field.htmlFormatted,
  idLookup: field.idLookup,
  inlineHelpText: null,
  label: field.label,
  length: field.length,
  mask: null,
  maskType: null,
  name: field.name,
  nameField: field.nameField,
  namePointing: field.referenceTo.length > 1,
  nillable: field.nillable,
  permissionable: field.permissionable,
  picklistValues: field.picklist.map((value) => ({
    active: true,
    defaultValue: value.default,
    label: value.label,
    validFor: value.validFor ?? null,
    value: value.value
  })),
  polymorphicForeignKey: field.referenceTo.length > 1,
  precision: field.precision,
  queryByDistance: field.queryByDistance,
  referenceTargetField: null,
  referenceTo: field.referenceTo,
  relationshipName: field.relationshipName,
  relationshipOrder: null,
  restrictedDelete: field.custom && field.restrictedDelete,
  restrictedPicklist: field.restrictedPicklist,
  scale: field.scale,
  searchPrefilterable: field.searchPrefilterable,
  soapType: soapTypes[field.type] ?? "xsd:string",
  sortable: field.sortable,
  type: field.type,
  unique: field.unique,
  updateable: field.updateable,
  writeRequiresMasterRead: false,
  ...field.described
})
