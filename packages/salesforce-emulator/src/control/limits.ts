/** `POST /emulator/limits`: the daily API allowance and how much of it is used, and the limits' effect. */
import { Effect, Schema } from "effect"
import { Org } from "../org/org.ts"
import { json, plainRoute } from "../server/rest-route.ts"
import { readBody } from "./control-body.ts"

const Body = Schema.Struct({
  dailyApiRequests: Schema.optionalKey(
    Schema.Struct({ max: Schema.optionalKey(Schema.Int), used: Schema.optionalKey(Schema.Int) })
  )
})

export const limitControl = plainRoute("POST", "/emulator/limits", ({ request }) =>
  Effect.gen(function* () {
    const { usage } = yield* Org
    const { dailyApiRequests } = yield* readBody(request, Body)
    usage.max = dailyApiRequests?.max ?? usage.max
    usage.used = dailyApiRequests?.used ?? usage.used
    return json({ dailyApiRequests: { max: usage.max, used: usage.used } })
  })
)
