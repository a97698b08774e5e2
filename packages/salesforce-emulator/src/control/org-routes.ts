/** The control calls about the org: its records and objects, its time, its limits. */
import { Layer } from "effect"
import { clockRoutes } from "./clock.ts"
import { limitControl } from "./limits.ts"
import { recordRoutes } from "./records.ts"
import { resetRoute } from "./reset.ts"
import { schemaRoute } from "./schema.ts"
import { truthRoutes } from "./truth.ts"

export const orgRoutes = Layer.mergeAll(
  recordRoutes,
  schemaRoute,
  truthRoutes,
  clockRoutes,
  limitControl,
  resetRoute
)
