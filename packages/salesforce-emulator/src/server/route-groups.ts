/** Every route group of the emulator, in one list. */
import { Layer } from "effect"
import { bulkRoutes } from "../bulk/routes.ts"
import { orgRoutes } from "../control/org-routes.ts"
import { wireAndLoginRoutes } from "../control/wire-and-login-routes.ts"
import { oauthRoutes } from "../oauth/routes.ts"
import { batchRoute } from "../rest/batch.ts"
import { collectionRoutes } from "../rest/collections.ts"
import { compositeRoute } from "../rest/composite.ts"
import { describeRoutes } from "../rest/describe.ts"
import { graphRoute } from "../rest/graph.ts"
import { limitsRoute } from "../rest/limits.ts"
import { queryRoutes } from "../rest/query.ts"
import { recentRoute } from "../rest/recent.ts"
import { recordRoute } from "../rest/record.ts"
import { recordCountRoute } from "../rest/record-counts.ts"
import { recordWriteRoutes } from "../rest/record-writes.ts"
import { relatedRoute } from "../rest/related.ts"
import { replicationRoutes } from "../rest/replication.ts"
import { searchRoutes } from "../rest/search.ts"
import { toolingRoutes } from "../rest/tooling.ts"
import { treeRoute } from "../rest/tree.ts"
import { versionRoutes } from "../rest/versions.ts"
import { plainRoute, wrongMethod } from "./rest-route.ts"
import { notFound } from "./salesforce-error.ts"

/** Everything no group answers. */
const unknownPaths = plainRoute("*", "/*", ({ request }) => {
  const [path = ""] = request.url.split("?")
  return wrongMethod(request.method, path) ?? notFound()
})

export const routeGroups = Layer.mergeAll(
  oauthRoutes,
  wireAndLoginRoutes,
  orgRoutes,
  versionRoutes,
  describeRoutes,
  queryRoutes,
  toolingRoutes,
  recordRoute,
  recordWriteRoutes,
  relatedRoute,
  recentRoute,
  searchRoutes,
  replicationRoutes,
  compositeRoute,
  graphRoute,
  collectionRoutes,
  treeRoute,
  batchRoute,
  limitsRoute,
  recordCountRoute,
  bulkRoutes,
  unknownPaths
)
