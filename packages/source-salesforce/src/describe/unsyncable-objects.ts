/**
 * Objects that cannot be copied by nature, by what Salesforce documents of them. A glob skips these with
 * the reason; one that is named explicitly fails with it.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_concepts.htm
 */
import type { ObjectSummary } from "./describe-shape.ts"

const needsFilter = new Set([
  "Announcement",
  "AppTabMember",
  "CollaborationGroupRecord",
  "ColorDefinition",
  "ContentDocumentLink",
  "ContentFolderItem",
  "ContentFolderMember",
  "DataStatistics",
  "DatacloudDandBCompany",
  "EntityParticle",
  "FieldDefinition",
  "FieldHistoryArchive",
  "FlexQueueItem",
  "FlowTestView",
  "FlowVariableView",
  "FlowVersionView",
  "IconDefinition",
  "IdeaComment",
  "NetworkUserHistoryRecent",
  "OwnerChangeOptionInfo",
  "PicklistValueInfo",
  "PlatformAction",
  "RelatedListColumnDefinition",
  "RelatedListDefinition",
  "RelationshipDomain",
  "RelationshipInfo",
  "SearchLayout",
  "SiteDetail",
  "UserEntityAccess",
  "UserFieldAccess",
  "Vote"
])

/** Null when it can be copied. */
export const whyUnsyncable = (object: Pick<ObjectSummary, "name" | "queryable">): string | null => {
  if (!object.queryable) return "Salesforce does not let it be queried"
  if (object.name.endsWith("__b")) return "it is a big object, which cannot be read as a whole"
  if (object.name.endsWith("__x")) return "it is an external object: its data is not in Salesforce"
  if (/(ChangeEvent|EventStream|__e)$/.test(object.name))
    return "it is a stream of events without stored rows"
  return needsFilter.has(object.name) ? "Salesforce refuses to list it without a filter" : null
}
