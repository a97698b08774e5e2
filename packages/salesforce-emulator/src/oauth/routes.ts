/** The OAuth endpoints. */
import { Layer } from "effect"
import { tokenRoute } from "./token-endpoint.ts"

export const oauthRoutes = Layer.mergeAll(tokenRoute)
