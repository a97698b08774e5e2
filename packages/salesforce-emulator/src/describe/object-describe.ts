/**
 * Objects as the global and the sObject describe print them.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
 */
import type { SObject } from "../org/field.ts"
import type { ChildRelationship, OrgSchema } from "../org/schema.ts"
import { describeField } from "./field-describe.ts"
import { objectUrls } from "./object-urls.ts"

const masterRecordType = "012000000000000AAA"

const detailUrls = (object: SObject, version: string, host: string) => ({
  ...objectUrls(object, version),
  ...(object.traits.layoutable
    ? {
        uiDetailTemplate: `${host}/{ID}`,
        uiEditTemplate: `${host}/{ID}/e`,
        uiNewRecord: `${host}/${object.keyPrefix}/e`,
        ...(object.name === "Account"
          ? { defaultValues: `/services/data/v${version}/sobjects/Account/defaultValues?recordTypeId&fields` }
          : {})
      }
    : {})
})

/** One entry of the global describe. */
export const describeBriefly = (object: SObject, version: string) => ({
  activateable: false,
  associateEntityType: object.associate?.type ?? null,
  associateParentEntity: object.associate?.parent ?? null,
  createable: object.traits.createable,
  custom: object.custom,
  customSetting: false,
  deepCloneable: object.traits.deepCloneable,
  deletable: object.traits.deletable,
  deprecatedAndHidden: false,
  feedEnabled: object.traits.feedEnabled,
  hasSubtypes: false,
  isInterface: false,
  isSubtype: false,
  keyPrefix: object.keyPrefix,
  label: object.label,
  labelPlural: object.labelPlural,
  layoutable: object.traits.layoutable,
  mergeable: object.traits.mergeable,
  mruEnabled: object.traits.mruEnabled,
  name: object.name,
  queryable: object.traits.queryable,
  replicateable: object.traits.replicateable,
  retrieveable: object.traits.retrieveable,
  searchable: object.traits.searchable,
  triggerable: object.traits.triggerable,
  undeletable: object.traits.undeletable,
  updateable: object.traits.updateable,
  urls: objectUrls(object, version)
})

const describeChild = ({ object, field }: ChildRelationship) => ({
  cascadeDelete: field.cascadeDelete,
  childSObject: object.name,
  deprecatedAndHidden: false,
  field: field.name,
  junctionIdListNames: [],
  junctionReferenceTo: [],
  relationshipName: field.childRelationshipName,
  restrictedDelete: field.restrictedDelete
})

const scopes = (object: SObject) => {
  const plural = object.labelPlural.toLowerCase()
  return object.traits.layoutable
    ? [
        { label: `All ${plural}`, name: "everything" },
        { label: `My ${plural}`, name: "mine" },
        { label: "Filter by scope", name: "scopingRule" },
        { label: `My team's ${plural}`, name: "team" }
      ]
    : [{ label: `All ${plural}`, name: "everything" }]
}

const recordTypeInfos = (object: SObject, version: string) => {
  const own = object.recordTypes ?? []
  const isDefault = own.every((each) => !each.isDefault)
  const master = { id: masterRecordType, developerName: "Master", name: "Master", isDefault }
  return [...own, master].map((each) => ({
    active: true,
    available: true,
    defaultRecordTypeMapping: each.isDefault,
    developerName: each.developerName,
    master: each === master,
    name: each.name,
    recordTypeId: each.id,
    urls: { layout: `/services/data/v${version}/sobjects/${object.name}/describe/layouts/${each.id}` }
  }))
}

/** The whole describe, keys in alphabetical order as Salesforce sends them. */
export const describeObject = (schema: OrgSchema, object: SObject, version: string, host: string) => {
  const { urls: _, ...brief } = describeBriefly(object, version)
  const whole = {
    ...brief,
    actionOverrides: [],
    childRelationships: schema.children(object).map(describeChild),
    compactLayoutable: object.traits.layoutable,
    defaultImplementation: null,
    extendedBy: null,
    extendsInterfaces: null,
    fields: object.fields.map(describeField),
    implementedBy: null,
    implementsInterfaces: null,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: recordTypeInfos(object, version),
    searchLayoutable: object.traits.layoutable,
    sobjectDescribeOption: "FULL",
    supportedScopes: scopes(object),
    urls: detailUrls(object, version, host)
  }
  return Object.fromEntries(Object.entries(whole).sort(([a], [b]) => (a < b ? -1 : 1)))
}
