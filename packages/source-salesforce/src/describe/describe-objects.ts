/** Describes of objects, all in as few calls as can be, and of the parents that field paths lead to. */
import { Effect, Result } from "effect"
import { missingParents } from "../fields/field-path.ts"
import { didYouMean } from "../nearest-name.ts"
import { decodeReply, replyFailure } from "../org/api-reply.ts"
import { getTogether } from "../org/composite.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { type SourceError, sourceError } from "../source-error.ts"
import { GlobalDescribe, ObjectDescribe, type ObjectSummary } from "./describe-shape.ts"

/** By lower-case name. */
export type Described = ReadonlyMap<string, Result.Result<ObjectDescribe, SourceError>>

const readDescribe = (reply: Parameters<typeof decodeReply>[2], object: string) =>
  reply.status === 200 ? decodeReply(ObjectDescribe, object, reply) : Effect.fail(replyFailure(reply, {}))

export const describeObjects = Effect.fnUntraced(function* (
  client: SalesforceClient,
  objects: ReadonlyArray<string>
): Effect.fn.Return<Described, ReadError> {
  const names = [...new Map(objects.map((name) => [name.toLowerCase(), name])).values()]
  const replies = yield* getTogether(
    client,
    names.map((name) => client.resource(`/sobjects/${name}/describe`))
  )
  const results = yield* Effect.forEach(names, (name, index) => {
    const reply = replies[index] ?? { status: 0, headers: {}, text: "" }
    return Effect.map(
      Effect.result(readDescribe(reply, name)),
      (result) => [name.toLowerCase(), result] as const
    )
  })
  return new Map(results)
})

export const listObjects = (
  client: SalesforceClient
): Effect.Effect<ReadonlyArray<ObjectSummary>, ReadError> =>
  client.text({ stream: null, path: client.resource("/sobjects") }).pipe(
    Effect.flatMap((reply) => decodeReply(GlobalDescribe, "its objects", reply)),
    Effect.map(({ sobjects }) => sobjects)
  )

export interface PathsOfObject {
  readonly describe: ObjectDescribe
  readonly paths: ReadonlyArray<string>
}

/** SOQL follows at most five parents in a row. */
const LONGEST_PATH = 5

/** Describes of all parents that the paths go through; one that cannot be read is left out. */
export const describeParents = Effect.fnUntraced(function* (
  client: SalesforceClient,
  wanted: ReadonlyArray<PathsOfObject>
): Effect.fn.Return<ReadonlyMap<string, ObjectDescribe>, ReadError> {
  const known = new Map(wanted.map(({ describe }) => [describe.name.toLowerCase(), describe]))
  const unreadable = new Set<string>()
  for (let depth = 0; depth < LONGEST_PATH; depth++) {
    const missing = wanted
      .flatMap(({ describe, paths }) => paths.flatMap((path) => missingParents(describe, path, known)))
      .filter((name) => !unreadable.has(name.toLowerCase()))
    if (missing.length === 0) break
    for (const [name, result] of yield* describeObjects(client, missing)) {
      if (Result.isSuccess(result)) known.set(name, result.success)
      else unreadable.add(name)
    }
  }
  return known
})

/** Replaces Salesforce's bare "not found" by the name that was probably meant. */
export const unknownObject = (name: string, known: ReadonlyArray<ObjectSummary>): SourceError =>
  sourceError(
    "OBJECT_UNKNOWN",
    `The org has no object ${name} that this user may read.${didYouMean(
      name,
      known.map((object) => object.name)
    )}`,
    "Correct the name in the spec (custom objects end with __c; `decant discover` lists them), or give the user's permission set read access to the object.",
    { disposition: "spec" }
  )
