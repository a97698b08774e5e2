/** From the streams of objects that the spec names, and the org's describes, to what each will be. */
import { type ObjectStream, type PlanRequest, type Spec, streamName } from "@decant/connector"
import { Effect, Result } from "effect"
import { type Described, unknownObject } from "../describe/describe-objects.ts"
import type { ObjectDescribe } from "../describe/describe-shape.ts"
import { whyUnsyncable } from "../describe/unsyncable-objects.ts"
import type { Related } from "../fields/field-path.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { type SourceError, sourceError } from "../source-error.ts"
import {
  followRenames,
  noRenames,
  type Rename,
  type RenamedFields,
  readRenames,
  renameWarnings,
  unmaskedPerhaps
} from "./renamed-fields.ts"
import { defineStream, type StreamDefinition } from "./stream-definition.ts"

export interface Defining {
  readonly spec: Spec
  readonly described: Described
  readonly related: Related
  readonly request: PlanRequest
}

interface Defined {
  readonly stream: ObjectStream
  readonly describe: ObjectDescribe
  readonly definition: StreamDefinition
  readonly fingerprint: string | null
}

const syncable = (describe: ObjectDescribe): Result.Result<ObjectDescribe, SourceError> => {
  const reason = whyUnsyncable(describe)
  return reason === null
    ? Result.succeed(describe)
    : Result.fail(
        sourceError(
          "OBJECT_UNSUPPORTED",
          `${describe.name} cannot be synced: ${reason}.`,
          "Take the object out of the spec.",
          { disposition: "spec" }
        )
      )
}

const defineOne = (of: Defining, stream: ObjectStream): Result.Result<Defined, SourceError> => {
  const fingerprint = of.request.checkpoints[streamName(stream)]?.schemaFingerprint ?? null
  const described = of.described.get(stream.object.toLowerCase())
  if (described === undefined) return Result.fail(unknownObject(stream.object, []))
  return Result.flatMap(Result.flatMap(described, syncable), (describe) =>
    Result.map(defineStream(of.spec, stream, describe, of.related, fingerprint), (definition) => ({
      stream,
      describe,
      definition,
      fingerprint
    }))
  )
}

const maskUncertain = (object: string, gone: string, came: ReadonlyArray<string>): SourceError =>
  sourceError(
    "MASK_UNCERTAIN",
    `${object}.${gone} is masked and gone, and ${came.join(", ")} came: this may be the same field under another name.`,
    "Mask the new field in the spec, or take the old name out of `mask`. A user who may read FieldDefinition (“View Setup and Configuration”) spares the question.",
    { disposition: "spec" }
  )

/** What the spec says of a field holds on under the field's new name. */
const defineRenamed = (
  of: Defining,
  defined: Defined,
  { renames, remember }: RenamedFields
): Result.Result<StreamDefinition, SourceError> => {
  const { stream, definition } = defined
  const doubt = unmaskedPerhaps(stream, defined, renames)
  if (doubt !== null) return Result.fail(maskUncertain(definition.object, doubt.gone, doubt.came))
  const again =
    renames.length === 0
      ? Result.succeed(definition)
      : Result.map(defineOne(of, followRenames(stream, renames)), (now) => now.definition)
  return Result.map(again, (now) => ({
    ...now,
    schemaFingerprint: remember(now.schemaFingerprint),
    warnings: [...now.warnings, ...renameWarnings(stream, renames)]
  }))
}

export interface DefinedObject {
  readonly name: string
  readonly found: Result.Result<
    { readonly definition: StreamDefinition; readonly renamed: ReadonlyArray<Rename> },
    SourceError
  >
}

export const defineObjects = Effect.fnUntraced(function* (
  client: SalesforceClient,
  of: Defining,
  objects: ReadonlyArray<ObjectStream>
): Effect.fn.Return<ReadonlyArray<DefinedObject>, ReadError> {
  const defined = objects.map((stream) => ({ stream, found: defineOne(of, stream) }))
  const good = defined.flatMap(({ found }) => (Result.isSuccess(found) ? [found.success] : []))
  const fields = yield* readRenames(client, good)
  const renamed = new Map(fields.map((found, at) => [good[at]?.stream, found]))
  return defined.map(({ stream, found }) => {
    const own = renamed.get(stream) ?? noRenames
    return {
      name: streamName(stream),
      found: Result.flatMap(found, (one) =>
        Result.map(defineRenamed(of, one, own), (definition) => ({ definition, renamed: own.fresh }))
      )
    }
  })
})
