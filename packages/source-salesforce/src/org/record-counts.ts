/**
 * About how many rows objects have, recycle bin not counted: Salesforce estimates it now and then and answers at once.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_record_count.htm
 */
import { Effect, Schema } from "effect"
import type { ReadError } from "../read-error.ts"
import { decodeReply } from "./api-reply.ts"
import { getTogether } from "./composite.ts"
import type { SalesforceClient } from "./salesforce-client.ts"

const NAMES_PER_QUESTION = 100

const Counts = Schema.Struct({
  sObjects: Schema.Array(Schema.Struct({ name: Schema.String, count: Schema.Finite }))
})

/** By lower-case name; objects that are not counted, or that this user may not ask for, are left out. */
export const recordCounts = Effect.fnUntraced(function* (
  client: SalesforceClient,
  objects: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyMap<string, number>, ReadError> {
  const questions = Array.from({ length: Math.ceil(objects.length / NAMES_PER_QUESTION) }, (_, index) =>
    objects.slice(index * NAMES_PER_QUESTION, (index + 1) * NAMES_PER_QUESTION)
  )
  const replies = yield* getTogether(
    client,
    questions.map((names) => client.resource(`/limits/recordCount?sObjects=${names.join(",")}`))
  )
  const counts = new Map<string, number>()
  for (const reply of replies.filter(({ status }) => status === 200)) {
    const { sObjects } = yield* decodeReply(Counts, "its row counts", reply)
    for (const { name, count } of sObjects) counts.set(name.toLowerCase(), count)
  }
  return counts
})
