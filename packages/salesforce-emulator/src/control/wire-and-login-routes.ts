/** The control calls about the wire and about logins. */
import { Layer } from "effect"
import { appRoutes } from "./apps.ts"
import { faultRoutes } from "./faults.ts"
import { requestRoutes } from "./requests.ts"
import { switchRoutes } from "./switch-routes.ts"
import { tokenControl } from "./tokens.ts"

export const wireAndLoginRoutes = Layer.mergeAll(
  faultRoutes,
  requestRoutes,
  appRoutes,
  tokenControl,
  switchRoutes
)
