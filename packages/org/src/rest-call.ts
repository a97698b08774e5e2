/** Any call of the REST API: only below `/services/`, only at the instance. */
import { Effect } from "effect"
import type { Org, RestCall } from "./org.ts"
import { type OrgError, orgError } from "./org-error.ts"
import type { OrgWire } from "./wire/org-wire.ts"
import type { WriteLog } from "./write-log.ts"

const refused = (path: string): OrgError =>
  orgError("ORG_CALL_INVALID", {
    message: `${JSON.stringify(path.slice(0, 120))} is not a path of the API.`,
    fix: "Begin it with /services/, e.g. /services/data/v67.0/limits, without a host: the call goes to the org of the spec. `decant rest GET /services/data` lists the versions."
  })

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unfit = /[\u0000-\u0020\u007f\\#]/

/** Also refuses what a server might read as leaving `/services/`: dot segments, in whatever spelling. */
export const checkPath = (path: string): Effect.Effect<string, OrgError> => {
  const [route = ""] = path.split("?")
  let plain = route
  try {
    plain = decodeURIComponent(route)
  } catch {
    return Effect.fail(refused(path))
  }
  const leaves = plain.split(/[/\\]/).some((segment) => segment === ".." || segment === ".")
  return route.startsWith("/services/") && !leaves && !unfit.test(path)
    ? Effect.succeed(path)
    : Effect.fail(refused(path))
}

export const makeRest = (wire: OrgWire, log: WriteLog): Org["rest"] =>
  Effect.fn("org.rest")(function* (call: RestCall) {
    const path = yield* checkPath(call.path)
    const send = Effect.map(
      wire.send({
        method: call.method,
        path,
        headers: call.headers ?? {},
        ...(call.body === undefined ? {} : { body: { type: call.body.type, content: call.body.text } })
      }),
      ({ status, headers, text }) => ({ status, contentType: headers["content-type"] ?? "", text })
    )
    // A GET of apexrest or of the Tooling API's executeAnonymous may write.
    const onlyReads =
      (call.method === "GET" || call.method === "HEAD") &&
      !/\/(apexrest|executeanonymous)\b|_httpmethod/i.test(path)
    if (onlyReads) return yield* send
    return yield* log.around(
      { operation: `${call.method} ${path}`, object: "", after: call.body?.text ?? null },
      ({ status, text }) => ({ status, answer: text.slice(0, 2000) }),
      send
    )
  })
