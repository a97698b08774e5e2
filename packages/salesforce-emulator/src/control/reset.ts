/** `POST /emulator/reset`: everything as it was at the start, but for tokens, which stay valid. */
import { Effect } from "effect"
import { forgetJobs } from "../bulk/routes.ts"
import { Dataset } from "../dataset/dataset.ts"
import { DefaultApps } from "../oauth/default-apps.ts"
import { forgetLogins } from "../oauth/forget-logins.ts"
import { Org } from "../org/org.ts"
import { Cursors } from "../rest/cursors.ts"
import { json, plainRoute } from "../server/rest-route.ts"
import { Faults } from "../wire/faults.ts"
import { RequestLog } from "../wire/request-log.ts"
import { Switches } from "./switches.ts"

export const resetRoute = plainRoute("POST", "/emulator/reset", () =>
  Effect.gen(function* () {
    const org = yield* Org
    yield* (yield* Cursors).reset
    ;(yield* Switches).reset()
    yield* org.reset
    yield* forgetJobs
    yield* (yield* Dataset).refill
    yield* (yield* DefaultApps).reset
    yield* forgetLogins
    ;(yield* Faults).clear()
    ;(yield* RequestLog).clear()
    return json({})
  })
)
