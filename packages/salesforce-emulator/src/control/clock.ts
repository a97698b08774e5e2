/** `POST /emulator/clock {advanceSeconds}`: lets the org's time pass. Tokens stay on real time. */
import { Effect, Schema } from "effect"
import { Org } from "../org/org.ts"
import { json, plainRoute } from "../server/rest-route.ts"
import { readBody } from "./control-body.ts"

const Body = Schema.Struct({ advanceSeconds: Schema.Finite })

export const clockRoutes = plainRoute("POST", "/emulator/clock", ({ request }) =>
  Effect.gen(function* () {
    const { clock, settle } = yield* Org
    const { advanceSeconds } = yield* readBody(request, Body)
    clock.advance(advanceSeconds)
    yield* settle
    return json({ now: new Date(clock.now()).toISOString() })
  })
)
