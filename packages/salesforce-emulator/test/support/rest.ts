/** JSON calls to the REST API of an emulated org. */
import { Effect } from "effect"
import { EmulatedOrg } from "./emulated-org.ts"

export const dataPath = "/services/data/v68.0"

export const rest = Effect.fnUntraced(function* (method: string, path: string, body?: unknown) {
  const { call } = yield* EmulatedOrg
  return yield* call(path.startsWith("/") ? path : `${dataPath}/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : {
          headers: { "content-type": "application/json" },
          body: typeof body === "string" ? body : JSON.stringify(body)
        })
  })
})

/** The records of a query, without their attributes; `path` is `query`, `queryAll` or `tooling/query`. */
export const records = Effect.fnUntraced(function* (soql: string, path = "queryAll") {
  const { json } = yield* rest("GET", `${path}?q=${encodeURIComponent(soql)}`)
  // biome-ignore lint/suspicious/noExplicitAny: records of the answer
  return json.records.map(({ attributes: _, ...record }: any) => record)
})

export const codesOf = (errors: ReadonlyArray<{ readonly errorCode: string }>) =>
  errors.map(({ errorCode }) => errorCode)
