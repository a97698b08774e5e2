/** `/emulator/apps`: registers the connected apps and external client apps that a test needs. */
import { Effect, Layer } from "effect"
import { type App, AppRequest, Apps } from "../oauth/apps.ts"
import { json, plainRoute } from "../server/rest-route.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { readBody } from "./control-body.ts"

export const appRoutes = Layer.mergeAll(
  plainRoute("POST", "/emulator/apps", ({ request }) =>
    Effect.gen(function* () {
      const body = yield* readBody(request, AppRequest)
      const app = yield* (yield* Apps)
        .register(body)
        .pipe(Effect.mapError(({ message }) => badRequest("INVALID_CONTROL_CALL", message)))
      return json(printed(app), 201)
    })
  ),
  plainRoute("GET", "/emulator/apps", () => Effect.map(Apps, (apps) => json(apps.list().map(printed))))
)

const printed = ({ clientSecret, publicKey, ...app }: App) => ({
  ...app,
  flows: [...app.flows],
  hasSecret: clientSecret !== undefined,
  hasCertificate: publicKey !== undefined
})
