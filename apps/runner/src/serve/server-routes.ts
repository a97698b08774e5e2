/**
 * All that the server answers: a line each. A layer of routes may ask for any service of `serve-services.ts` and for
 * `ServeSettings`.
 */
import { Layer } from "effect"
import { openRoutes } from "./open-routes.ts"

export const serverRoutes = Layer.mergeAll(openRoutes)
