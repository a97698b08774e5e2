/** Who a browser is logged in as: its `sid` cookie is a session id, as it is in an org. */
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { Directory, type DirectoryUser } from "./directory.ts"
import { Sessions } from "./sessions.ts"

export const browserUser = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  const { sid } = request.cookies
  const session = sid === undefined ? undefined : (yield* Sessions).peek(sid)
  return session === undefined ? undefined : yield* (yield* Directory).byId(session.userId)
})

/** The header that logs a browser in. */
export const sessionCookie = Effect.fnUntraced(function* (user: DirectoryUser) {
  const { token } = (yield* Sessions).issue({ userId: user.id, username: user.username, scopes: ["web"] })
  return { "set-cookie": `sid=${token}; Path=/; HttpOnly; SameSite=Lax` }
})
