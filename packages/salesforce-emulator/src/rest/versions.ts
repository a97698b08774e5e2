/**
 * The versions list and each version's resources.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_versions.htm
 */
import { Effect, Layer } from "effect"
import { Org } from "../org/org.ts"
import { json, plainRoute, restRoute } from "../server/rest-route.ts"

const oldest = 31

/** Three releases a year; v31.0 was Summer '14. */
const releaseName = (version: number): string => {
  const season = ["Summer", "Winter", "Spring"][(version - oldest) % 3] ?? ""
  const year = 14 + Math.floor((version - oldest + 2) / 3)
  return `${season} '${year}`
}

const resources = [
  "composite",
  "jobs",
  "limits",
  "parameterizedSearch",
  "query",
  "queryAll",
  "recent",
  "search",
  "sobjects",
  "tooling"
]

const versions = plainRoute("GET", "/services/data", () =>
  Effect.map(Org, ({ apiVersion }) =>
    json(
      Array.from({ length: Number(apiVersion) - oldest + 1 }, (_, at) => ({
        label: releaseName(oldest + at),
        url: `/services/data/v${oldest + at}.0`,
        version: `${oldest + at}.0`
      }))
    )
  )
)

const root = restRoute("GET", "", ({ version, request, caller }) =>
  Effect.map(Org, ({ id }) =>
    json({
      ...Object.fromEntries(resources.map((name) => [name, `/services/data/v${version}/${name}`])),
      identity: `http://${request.headers.host ?? ""}/id/${id}/${caller.userId}`
    })
  )
)

export const versionRoutes = Layer.merge(versions, root)
