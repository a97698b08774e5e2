/** Every route group of the emulator, in one list. */
import { Layer } from "effect"
import { bulkRoutes } from "../bulk/routes.ts"
import { wireAndLoginRoutes } from "../control/wire-and-login-routes.ts"
import { oauthRoutes } from "../oauth/routes.ts"
import { describeRoutes } from "../rest/describe.ts"
import { queryRoutes } from "../rest/query.ts"
import { versionRoutes } from "../rest/versions.ts"
import { plainRoute } from "./rest-route.ts"
import { notFound } from "./salesforce-error.ts"

/** Everything no group answers. */
const unknownPaths = plainRoute("*", "/*", () => notFound())

export const routeGroups = Layer.mergeAll(
  oauthRoutes,
  wireAndLoginRoutes,
  versionRoutes,
  describeRoutes,
  queryRoutes,
  bulkRoutes,
  unknownPaths
)
