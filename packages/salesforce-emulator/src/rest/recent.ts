/**
 * The records the user has viewed of late. Viewing happens in the browser, which the emulator has not, so there are
 * none. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_recent_items.htm
 */
import { Effect } from "effect"
import { json, restRoute } from "../server/rest-route.ts"

export const recentRoute = restRoute("GET", "/recent", () => Effect.succeed(json([])))
