/** Users as control calls name them: by Id or by username. */
import { Effect } from "effect"
import { normaliseId } from "../org/id.ts"
import type { Org } from "../org/org.ts"
import { literal } from "../org/store.ts"
import { badRequest } from "../server/salesforce-error.ts"

export const findUsers = (org: Org["Service"], names: ReadonlyArray<string>) =>
  Effect.forEach(names, (name) =>
    Effect.gen(function* () {
      const id = normaliseId(name)
      const which = id === undefined ? `lower("Username") = lower(${literal(name)})` : `"Id" = ${literal(id)}`
      const [row] = yield* org.store.rows(`SELECT "Id" FROM "User" WHERE NOT "_purged" AND ${which}`)
      return row === undefined
        ? yield* badRequest("INVALID_CONTROL_CALL", `the org has no user ${name}`)
        : String(row[0])
    })
  )
