/** The stream as the org has it now, no wider than it was planned: the destination knows the plan's columns only. */
import { type Spec, streamName } from "@decant/connector"
import { Effect, Result } from "effect"
import { describeObjects, describeParents } from "../describe/describe-objects.ts"
import { wishedPaths } from "../fields/field-wishes.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { rememberLost, schemaFingerprint } from "./schema-fingerprint.ts"
import { defineStream, type StreamDefinition, wishesOf } from "./stream-definition.ts"

/** A person's own query stays as it is: it fails again and says why. */
export const describeAgain = Effect.fnUntraced(function* (
  client: SalesforceClient,
  spec: Spec,
  planned: StreamDefinition
): Effect.fn.Return<StreamDefinition, ReadError> {
  const stream =
    spec.source.streams.find((item) => "object" in item && streamName(item) === planned.stream) ??
    spec.source.streams.find((item) => "object" in item)
  if (planned.soql !== null || stream === undefined || !("object" in stream)) return planned
  const named = streamName(stream) === planned.stream ? stream : { ...stream, object: planned.object }
  const described = (yield* describeObjects(client, [planned.object])).get(planned.object.toLowerCase())
  if (described === undefined || Result.isFailure(described)) return planned
  const describe = described.success
  const related = yield* describeParents(client, [{ describe, paths: wishedPaths(wishesOf(spec, named)) }])
  const now = yield* Effect.fromResult(
    defineStream(spec, named, describe, related, planned.schemaFingerprint)
  )
  const columns = planned.schema.columns.filter(({ name }) =>
    now.schema.columns.some((column) => column.name === name)
  )
  return {
    ...planned,
    select: planned.select.filter((header) => now.select.includes(header)),
    silentColumns: planned.silentColumns.filter((name) => columns.some((column) => column.name === name)),
    schemaFingerprint: rememberLost(
      planned.schemaFingerprint,
      schemaFingerprint({ ...planned.schema, columns }, planned.where)
    )
  }
})
