/** Every object the org has before features and saved schemas add to it. */
import type { SObject } from "../field.ts"
import { account } from "./account.ts"
import { accountHistory, accountShare } from "./account-children.ts"
import { appDefinition } from "./app-definition.ts"
import { campaign, campaignMember } from "./campaign.ts"
import { caseObject } from "./case.ts"
import { contact } from "./contact.ts"
import { contentDocument, contentDocumentLink, contentVersion } from "./content.ts"
import { event } from "./event.ts"
import { group } from "./group.ts"
import { lead } from "./lead.ts"
import { loginHistory } from "./login-history.ts"
import { name } from "./name.ts"
import { opportunity } from "./opportunity.ts"
import {
  opportunityContactRole,
  opportunityFieldHistory,
  opportunityHistory,
  opportunityLineItem
} from "./opportunity-children.ts"
import { organization } from "./organization.ts"
import {
  fieldPermissions,
  objectPermissions,
  permissionSet,
  permissionSetAssignment,
  userPermissionAccess
} from "./permission-set.ts"
import { pricebook2, pricebookEntry, product2 } from "./products.ts"
import { profile } from "./profile.ts"
import { recordType } from "./record-type.ts"
import { referenceQuote, referenceRequest } from "./reference-request.ts"
import { caseStatus, opportunityStage, taskPriority, taskStatus } from "./statuses.ts"
import { task } from "./task.ts"
import { auditEvent, invoice, region } from "./unusual-objects.ts"
import { user } from "./user.ts"
import { userRole } from "./user-role.ts"
import { wide } from "./wide.ts"

export const orgObjects: ReadonlyArray<SObject> = [
  account,
  accountHistory,
  accountShare,
  appDefinition,
  auditEvent,
  campaign,
  campaignMember,
  caseObject,
  caseStatus,
  contact,
  contentDocument,
  contentDocumentLink,
  contentVersion,
  event,
  fieldPermissions,
  group,
  invoice,
  lead,
  loginHistory,
  name,
  objectPermissions,
  opportunity,
  opportunityContactRole,
  opportunityFieldHistory,
  opportunityHistory,
  opportunityLineItem,
  opportunityStage,
  organization,
  permissionSet,
  permissionSetAssignment,
  pricebook2,
  pricebookEntry,
  product2,
  profile,
  recordType,
  referenceQuote,
  referenceRequest,
  region,
  task,
  taskPriority,
  taskStatus,
  user,
  userPermissionAccess,
  userRole,
  wide
]
