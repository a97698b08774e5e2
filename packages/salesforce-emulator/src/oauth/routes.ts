/** The OAuth endpoints, and SOAP login beside them. */
import { Layer } from "effect"
import { authorizeRoutes } from "./authorize.ts"
import { deviceRoutes } from "./connect-device.ts"
import { discoveryRoutes } from "./discovery.ts"
import { identityRoutes } from "./identity.ts"
import { introspectRoute } from "./introspect.ts"
import { revokeRoute } from "./revoke.ts"
import { soapRoute } from "./soap-login.ts"
import { tokenRoute } from "./token-endpoint.ts"

export const oauthRoutes = Layer.mergeAll(
  tokenRoute,
  authorizeRoutes,
  deviceRoutes,
  revokeRoute,
  introspectRoute,
  identityRoutes,
  discoveryRoutes,
  soapRoute
)
