/** The org's objects and fields, as `decant discover` lists them. */
import type { Catalog, CatalogField, CatalogObject, ColumnType } from "@decant/connector"
import { Effect, Result, Stream } from "effect"
import { isUnserved } from "../bulk/bulk-refusals.ts"
import { isCompound, isList, scalarType, whyNotCopied } from "../fields/column-type.ts"
import { compoundParts, structFields } from "../fields/compound-field.ts"
import { parseReply, replyFailure } from "../org/api-reply.ts"
import { getTogether } from "../org/composite.ts"
import { recordCounts } from "../org/record-counts.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { describeObjects, listObjects, unknownObject } from "./describe-objects.ts"
import type { FieldDescribe, ObjectDescribe, ObjectSummary } from "./describe-shape.ts"
import { whyUnsyncable } from "./unsyncable-objects.ts"

const typeOf = (describe: ObjectDescribe, field: FieldDescribe): ColumnType | null => {
  if (whyNotCopied(field) !== null) return null
  if (isList(field)) return { kind: "textList" }
  return isCompound(field)
    ? { kind: "struct", fields: structFields(compoundParts(describe, field), "double") }
    : scalarType(field, "double")
}

const fieldOf = (describe: ObjectDescribe, field: FieldDescribe): CatalogField => ({
  name: field.name,
  label: field.label,
  sourceType: field.type,
  type: typeOf(describe, field),
  custom: field.custom,
  formula: field.calculated,
  note: whyNotCopied(field)
})

const apiOf = (describe: ObjectDescribe): CatalogObject["api"] => {
  if (whyUnsyncable(describe) !== null) return null
  return isUnserved(describe.name) ? "rest" : "bulk"
}

export const catalogObject = (describe: ObjectDescribe, rows: number | null): CatalogObject => ({
  name: describe.name,
  label: describe.label,
  custom: describe.custom,
  unsupported: whyUnsyncable(describe),
  api: apiOf(describe),
  note:
    describe.deletable && !describe.undeletable && describe.queryable
      ? "rows leave it without a recycle bin"
      : null,
  rows,
  fields: describe.fields.map((field) => fieldOf(describe, field))
})

interface Chosen {
  readonly known: ReadonlyArray<ObjectSummary>
  readonly names: ReadonlyArray<string>
}

/** All objects that can be synced when none is named. */
const choose = (client: SalesforceClient, objects: ReadonlyArray<string>): Effect.Effect<Chosen, ReadError> =>
  Effect.map(listObjects(client), (known) => ({
    known,
    names:
      objects.length > 0
        ? objects
        : known.filter((object) => whyUnsyncable(object) === null).map(({ name }) => name)
  }))

export const catalogOf = Effect.fn("salesforce.discover")(function* (
  client: SalesforceClient,
  objects: ReadonlyArray<string>
): Effect.fn.Return<Catalog, ReadError> {
  const { known, names } = yield* choose(client, objects)
  const described = yield* describeObjects(client, names)
  const counts = yield* recordCounts(client, names)
  const found = yield* Effect.forEach(names, (name) => {
    const result = described.get(name.toLowerCase())
    if (result !== undefined && Result.isSuccess(result)) {
      return Effect.succeed(catalogObject(result.success, counts.get(name.toLowerCase()) ?? null))
    }
    const missing = result === undefined || result.failure.code === "API_NOT_FOUND"
    return Effect.fail(missing ? unknownObject(name, known) : result.failure)
  })
  return { objects: found }
})

const OBJECTS_AT_ONCE = 25

/** Describes as Salesforce sends them, a call's worth in memory at a time. */
export const rawDescribes = (
  client: SalesforceClient,
  objects: ReadonlyArray<string>
): Stream.Stream<unknown, ReadError> =>
  Stream.unwrap(
    Effect.map(choose(client, objects), ({ known, names }) => {
      const read = Effect.fnUntraced(function* (chunk: ReadonlyArray<string>) {
        const replies = yield* getTogether(
          client,
          chunk.map((name) => client.resource(`/sobjects/${name}/describe`))
        )
        return yield* Effect.forEach(chunk, (name, at) => {
          const reply = replies[at]
          if (reply === undefined || reply.status === 404) return Effect.fail(unknownObject(name, known))
          return reply.status === 200
            ? parseReply(JSON.parse, name, reply)
            : Effect.fail(replyFailure(reply, {}))
        })
      })
      return Stream.fromIterable(names).pipe(
        Stream.grouped(OBJECTS_AT_ONCE),
        Stream.mapEffect(read),
        Stream.flatMap((found) => Stream.fromIterable(found))
      )
    })
  )
