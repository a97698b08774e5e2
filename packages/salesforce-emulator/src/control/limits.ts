/** `POST /emulator/limits`: the daily API allowance and how much of it is used, and the limit of calls at once. */
import { Effect, Schema } from "effect"
import { Org } from "../org/org.ts"
import { json, plainRoute } from "../server/rest-route.ts"
import { readBody } from "./control-body.ts"

/** It is printed into a header. */
const AppName = Schema.String.check(Schema.isPattern(/^[ -~]+$/))

const Body = Schema.Struct({
  dailyApiRequests: Schema.optionalKey(
    Schema.Struct({ max: Schema.optionalKey(Schema.Int), used: Schema.optionalKey(Schema.Int) })
  ),
  /** How many calls that run for `afterSeconds` or longer may run at once; a `max` of 0 refuses every call. */
  concurrentRequests: Schema.optionalKey(
    Schema.Struct({ max: Schema.optionalKey(Schema.Int), afterSeconds: Schema.optionalKey(Schema.Finite) })
  ),
  /** An allowance of one app, which shows in the header and in /limits; null takes it away. */
  perApp: Schema.optionalKey(
    Schema.NullOr(Schema.Struct({ name: AppName, max: Schema.Int, used: Schema.Int }))
  )
})

export const limitControl = plainRoute("POST", "/emulator/limits", ({ request }) =>
  Effect.gen(function* () {
    const { usage } = yield* Org
    const { dailyApiRequests, concurrentRequests, perApp } = yield* readBody(request, Body)
    usage.max = dailyApiRequests?.max ?? usage.max
    usage.used = dailyApiRequests?.used ?? usage.used
    usage.concurrency = { ...usage.concurrency, ...concurrentRequests }
    if (perApp !== undefined) usage.perApp = perApp
    return json({
      dailyApiRequests: { max: usage.max, used: usage.used },
      concurrentRequests: usage.concurrency,
      perApp: usage.perApp
    })
  })
)
