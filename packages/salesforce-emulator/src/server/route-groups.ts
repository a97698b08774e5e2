/** Every route group of the emulator, in one list. */
import { Layer } from "effect"
import { versionRoutes } from "../rest/versions.ts"
import { plainRoute } from "./rest-route.ts"
import { notFound } from "./salesforce-error.ts"

/** Everything no group answers. */
const unknownPaths = plainRoute("*", "/*", () => notFound())

export const routeGroups = Layer.mergeAll(versionRoutes, unknownPaths)
