/**
 * A mark of what the user may see: role, profile and permission sets with the times of their last change.
 * Sharing and permissions move no row's stamp, so that a changed mark is the only sign of rows that came into sight.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_permissionset.htm
 */

import { createHash } from "node:crypto"
import type { ApiReply } from "@decant/auth"
import { Result, Schema } from "effect"
import { textLiteral } from "../streams/soql.ts"

const Rows = Schema.fromJsonString(
  Schema.Struct({ records: Schema.Array(Schema.Record(Schema.String, Schema.Unknown)) })
)

export const accessQueries = (userId: string): ReadonlyArray<string> => [
  `SELECT ProfileId, UserRoleId FROM User WHERE Id = ${textLiteral(userId)}`,
  `SELECT Id, SystemModstamp FROM PermissionSet WHERE Id IN (SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = ${textLiteral(userId)})`
]

/** Null where the user may not ask for one of them: then a change cannot be seen. */
export const accessFingerprint = (replies: ReadonlyArray<ApiReply | undefined>): string | null => {
  const marks: Array<string> = []
  for (const reply of replies) {
    const decoded = Schema.decodeResult(Rows)(reply?.text ?? "")
    if (reply?.status !== 200 || Result.isFailure(decoded)) return null
    const rows = decoded.success.records.map(({ attributes, ...values }) => JSON.stringify(values))
    marks.push(...rows.toSorted())
  }
  return createHash("sha256").update(marks.join("\n")).digest("hex").slice(0, 16)
}
