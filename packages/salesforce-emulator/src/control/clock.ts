/** `POST /emulator/clock {advanceSeconds}`: lets the org's time pass. Tokens stay on real time. */
import { Effect, Schema } from "effect"
import { Org } from "../org/org.ts"
import { json, plainRoute } from "../server/rest-route.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { readBody } from "./control-body.ts"

const Body = Schema.Struct({ advanceSeconds: Schema.Finite })

/** Times outside these years are no stamps of an org. */
const latest = Date.parse("3000-01-01T00:00:00Z")

export const clockRoutes = plainRoute("POST", "/emulator/clock", ({ request }) =>
  Effect.gen(function* () {
    const { clock, settle } = yield* Org
    const { advanceSeconds } = yield* readBody(request, Body)
    const target = clock.now() + advanceSeconds * 1000
    if (target < 0 || target >= latest) {
      return yield* badRequest(
        "INVALID_CONTROL_CALL",
        "advanceSeconds leads to a time outside the years 1970 to 2999"
      )
    }
    clock.advance(advanceSeconds)
    yield* settle
    return json({ now: new Date(clock.now()).toISOString() })
  })
)
