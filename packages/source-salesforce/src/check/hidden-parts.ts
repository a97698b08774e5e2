/**
 * Tells what is hidden from the user from what is not there: the Tooling API lists objects and fields also where
 * the user may not read them. Where it does not answer, the plan's own words stand.
 * https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_fielddefinition.htm
 */
import { type ObjectStream, type Spec, streamName } from "@decant/connector"
import { Effect, Result, Schema } from "effect"
import { describeObjects } from "../describe/describe-objects.ts"
import { fieldsByName } from "../describe/describe-shape.ts"
import { decodeReply } from "../org/api-reply.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { sourceError } from "../source-error.ts"
import { textLiteral } from "../streams/soql.ts"

const Names = Schema.Struct({
  records: Schema.Array(Schema.Struct({ QualifiedApiName: Schema.String }))
})

const namesOf = (client: SalesforceClient, soql: string): Effect.Effect<ReadonlyArray<string>, ReadError> =>
  client.text({ stream: null, path: client.resource(`/tooling/query?q=${encodeURIComponent(soql)}`) }).pipe(
    Effect.flatMap((reply) => decodeReply(Names, "its definitions", reply)),
    Effect.map(({ records }) => records.map(({ QualifiedApiName }) => QualifiedApiName)),
    Effect.catchIf(
      (error) => !error.retryable,
      () => Effect.succeed([])
    )
  )

/** The object's own fields that the stream names. */
const namedFields = (stream: ObjectStream): ReadonlyArray<string> =>
  [
    ...(typeof stream.fields === "object" ? stream.fields : []),
    ...Object.values(stream.roles ?? {}),
    ...Object.values(stream.substitute ?? {}),
    ...Object.keys(stream.mask ?? {})
  ].filter((name): name is string => name !== undefined && !name.includes("."))

const hiddenObject = (object: string) =>
  sourceError(
    "OBJECT_HIDDEN",
    `The org has ${object}, but this user may not read it.`,
    `Setup → Permission Sets → the set of this user → Object Settings → ${object} → Read and View All. \`decant setup-org\` writes such a permission set.`
  )

const hiddenFields = (object: string, fields: ReadonlyArray<string>, rest: string) =>
  sourceError(
    "FIELD_HIDDEN",
    [`${object} has ${fields.join(", ")}, but this user may not read it.`, rest].join(" ").trim(),
    `Setup → Permission Sets → the set of this user → Object Settings → ${object} → Field Permissions → Read. \`decant setup-org\` writes such a permission set.`
  )

const fieldFailure = Effect.fnUntraced(function* (
  client: SalesforceClient,
  stream: ObjectStream,
  failure: ReadError
) {
  const described = (yield* describeObjects(client, [stream.object])).get(stream.object.toLowerCase())
  if (described === undefined || Result.isFailure(described)) return failure
  const readable = fieldsByName(described.success)
  const lacking = namedFields(stream).filter((name) => !readable.has(name.toLowerCase()))
  const object = described.success.name
  const defined = yield* namesOf(
    client,
    `SELECT QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = ${textLiteral(object)}`
  )
  const exists = new Set(defined.map((name) => name.toLowerCase()))
  const hidden = [...new Set(lacking.filter((name) => exists.has(name.toLowerCase())))]
  if (hidden.length === 0) return failure
  return hiddenFields(object, hidden, hidden.length === lacking.length ? "" : failure.message)
})

/** The failure of a stream in better words, where the org tells more. */
export const explained = Effect.fnUntraced(function* (
  client: SalesforceClient,
  spec: Spec,
  name: string,
  failure: ReadError
): Effect.fn.Return<ReadError, ReadError> {
  const stream = spec.source.streams.find((candidate) => streamName(candidate) === name)
  if (stream === undefined || !("object" in stream)) return failure
  if (failure.code === "FIELD_UNKNOWN") return yield* fieldFailure(client, stream, failure)
  if (failure.code !== "OBJECT_UNKNOWN") return failure
  const found = yield* namesOf(
    client,
    `SELECT QualifiedApiName FROM EntityDefinition WHERE QualifiedApiName = ${textLiteral(stream.object)}`
  )
  return found.length === 0 ? failure : hiddenObject(found[0] ?? stream.object)
})
