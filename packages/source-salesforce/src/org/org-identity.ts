/** Which org and which user the credentials lead to. */
import { bareRefusal, failureOf, type Session } from "@decant/auth"
import { Effect, Schema } from "effect"
import type { ReadError } from "../read-error.ts"
import { SourceError } from "../source-error.ts"
import { textLiteral } from "../streams/soql.ts"
import { accessFingerprint, accessQueries } from "./access-fingerprint.ts"
import { decodeReply, replyFailure } from "./api-reply.ts"
import { getTogether } from "./composite.ts"
import type { SalesforceClient } from "./salesforce-client.ts"

export interface OrgIdentity {
  readonly orgId: string
  readonly orgName: string
  readonly isSandbox: boolean
  /** A Developer Edition, of which Salesforce lets fewer long calls run at a time. */
  readonly isDeveloper: boolean
  readonly userId: string
  readonly userName: string
  /** Changes when the user may see something else than before; null when that cannot be known. */
  readonly access: string | null
}

const Organizations = Schema.Struct({
  records: Schema.NonEmptyArray(
    Schema.Struct({
      Id: Schema.String,
      Name: Schema.String,
      IsSandbox: Schema.Boolean,
      OrganizationType: Schema.optionalKey(Schema.NullOr(Schema.String))
    })
  )
})
const Users = Schema.Struct({ records: Schema.Array(Schema.Struct({ Username: Schema.String })) })

export const readIdentity = Effect.fnUntraced(function* (
  client: SalesforceClient,
  session: Session
): Effect.fn.Return<OrgIdentity, ReadError> {
  const { identityUrl } = yield* session.token
  const userId = identityUrl.split("/").at(-1) ?? ""
  const query = (soql: string): string => client.resource(`/query?q=${encodeURIComponent(soql)}`)
  const [organization, user, ...access] = yield* getTogether(client, [
    query("SELECT Id, Name, IsSandbox, OrganizationType FROM Organization"),
    query(`SELECT Username FROM User WHERE Id = ${textLiteral(userId)}`),
    ...accessQueries(userId).map(query)
  ])
  // Whatever is asked for: nothing is found under a version that the org does not have.
  if (organization?.status === 404) {
    return yield* new SourceError(bareRefusal(failureOf("API_VERSION_RETIRED")))
  }
  if (organization?.status !== 200) {
    return yield* replyFailure(organization ?? { status: 0, headers: {}, text: "" }, {})
  }
  const { records } = yield* decodeReply(Organizations, "the org", organization)
  // A user who may not see user records can still sync.
  const users = user?.status === 200 ? yield* decodeReply(Users, "the user", user) : { records: [] }
  return {
    orgId: records[0].Id,
    orgName: records[0].Name,
    isSandbox: records[0].IsSandbox,
    isDeveloper: records[0].OrganizationType === "Developer Edition",
    userId,
    userName: users.records[0]?.Username ?? userId,
    access: accessFingerprint(access)
  }
})
