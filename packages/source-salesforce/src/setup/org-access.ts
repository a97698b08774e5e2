/** What the org says for the project: its describes, and what it grants already. Only where a login works. */
import type { OpenSource } from "@decant/connector"
import { Effect, Result, Schema } from "effect"
import { describeObjects, describeParents, listObjects } from "../describe/describe-objects.ts"
import { decodeReply } from "../org/api-reply.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { textLiteral } from "../streams/soql.ts"
import { chooseStreams, hasGlob } from "../streams/stream-choice.ts"
import { type AccessPlan, accessPlan } from "./access-plan.ts"

export const accessInOrg = Effect.fnUntraced(function* (
  client: SalesforceClient,
  { spec }: OpenSource
): Effect.fn.Return<AccessPlan, ReadError> {
  const { objects } = chooseStreams(spec, hasGlob(spec) ? yield* listObjects(client) : [])
  const described = yield* describeObjects(
    client,
    objects.map(({ object }) => object)
  )
  const found = [...described.values()].flatMap((result) =>
    Result.isSuccess(result) ? [result.success] : []
  )
  const parents = yield* describeParents(
    client,
    found.map((describe) => ({
      describe,
      paths: objects
        .filter(({ object }) => object.toLowerCase() === describe.name.toLowerCase())
        .flatMap(({ fields }) => (typeof fields === "object" ? fields : []))
    }))
  )
  return accessPlan(spec, objects, parents)
})

const Objects = Schema.Struct({ records: Schema.Array(Schema.Struct({ SobjectType: Schema.String })) })
const Fields = Schema.Struct({ records: Schema.Array(Schema.Struct({ Field: Schema.String })) })

/** What the permission set of that name grants in the org. */
export interface Granted {
  readonly objects: ReadonlyArray<string>
  readonly fields: ReadonlyArray<string>
}

export const grantedInOrg = Effect.fnUntraced(function* (
  client: SalesforceClient,
  permissionSet: string
): Effect.fn.Return<Granted, ReadError> {
  const ask = (soql: string) =>
    client.text({ stream: null, path: client.resource(`/query?q=${encodeURIComponent(soql)}`) })
  const ofSet = `Parent.Name = ${textLiteral(permissionSet)} AND PermissionsRead = true`
  const objects = yield* ask(`SELECT SobjectType FROM ObjectPermissions WHERE ${ofSet}`)
  const fields = yield* ask(`SELECT Field FROM FieldPermissions WHERE ${ofSet}`)
  return {
    objects: (yield* decodeReply(Objects, "object permissions", objects)).records.map(
      ({ SobjectType }) => SobjectType
    ),
    fields: (yield* decodeReply(Fields, "field permissions", fields)).records.map(({ Field }) => Field)
  }
})
