/**
 * Which REST calls that change something an agent may make: those whose every record is of an object in the list.
 * A call that is not understood whole is refused; what is sent is what was read here, not the text that came.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/using_composite_resources.htm
 */
import { Schema } from "effect"
import { openForReading, readPath } from "./rest-paths.ts"
import { type Needs, readCollection, readDeletes, readTree, readValues, refuse } from "./rest-records.ts"
import { ToolFailure } from "./tool-failure.ts"

export interface RestWrite {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

interface Call extends RestWrite {
  readonly query: string
}

/** Headers of sub-requests are not in these, so none are taken. */
const SubRequests = Schema.Array(
  Schema.Struct({
    method: Schema.String,
    url: Schema.String,
    referenceId: Schema.String,
    body: Schema.optionalKey(Schema.Json)
  })
)
const exact = { onExcessProperty: "error" } as const
const flag = Schema.optionalKey(Schema.Boolean)
const composite = Schema.decodeUnknownSync(
  Schema.Struct({ allOrNone: flag, collateSubrequests: flag, compositeRequest: SubRequests }),
  exact
)
const graph = Schema.decodeUnknownSync(
  Schema.Struct({
    graphs: Schema.Array(Schema.Struct({ graphId: Schema.String, compositeRequest: SubRequests }))
  }),
  exact
)
const batch = Schema.decodeUnknownSync(
  Schema.Struct({
    haltOnError: flag,
    batchRequests: Schema.Array(
      Schema.Struct({
        method: Schema.String,
        url: Schema.String,
        richInput: Schema.optionalKey(Schema.Json)
      })
    )
  }),
  exact
)

interface Route {
  readonly method: string
  readonly path: RegExp
  /** May stand inside a composite call. */
  readonly inside: boolean
  readonly read: (call: Call, needs: Needs, parts: ReadonlyArray<string>) => void
}

const name = "([A-Za-z][A-Za-z0-9_]*)"
const id = "([A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?)"

const route = (
  method: string,
  path: string,
  read: Route["read"],
  place: "anywhere" | "outermost" = "anywhere"
): Route => ({ method, path: new RegExp(`^${path}$`), inside: place === "anywhere", read })

const object = (needs: Needs, parts: ReadonlyArray<string>): string => {
  const [, found = ""] = parts
  needs.objects.push(found)
  return found
}
const byId: Route["read"] = (_, needs, parts) =>
  void needs.ids.push({ object: object(needs, parts), id: parts[2] ?? "" })
const byKey: Route["read"] = (_, needs, parts) =>
  void needs.keys.push({ object: object(needs, parts), field: parts[2] ?? "" })
const oneDelete = (needs: Needs): void => {
  needs.deletes++
}

const sub = (method: string, url: string, body: unknown, needs: Needs): void => {
  // A reference into an earlier answer could become any path.
  if (url.includes("@{")) refuse("a path with @{…} could lead anywhere")
  const path = url.startsWith("/") ? url : `/services/data/${url}`
  readCall({ method, path, body }, needs, true)
}

const routes: ReadonlyArray<Route> = [
  route("POST", `/sobjects/${name}`, (call, needs, parts) => {
    object(needs, parts)
    readValues(call.body)
  }),
  route("PATCH", `/sobjects/${name}/${id}`, (call, needs, parts) => {
    byId(call, needs, parts)
    readValues(call.body)
  }),
  route("PATCH", `/sobjects/${name}/${name}/[^/]+`, (call, needs, parts) => {
    byKey(call, needs, parts)
    readValues(call.body)
  }),
  route("DELETE", `/sobjects/${name}/${id}`, (call, needs, parts) => {
    byId(call, needs, parts)
    oneDelete(needs)
  }),
  route("DELETE", `/sobjects/${name}/${name}/[^/]+`, (call, needs, parts) => {
    byKey(call, needs, parts)
    oneDelete(needs)
  }),
  route("POST", "/composite/sobjects", ({ body }, needs) => readCollection(body, needs, false)),
  route("PATCH", "/composite/sobjects", ({ body }, needs) => readCollection(body, needs, true)),
  route("DELETE", "/composite/sobjects", ({ query }, needs) => readDeletes(query, needs)),
  route("PATCH", `/composite/sobjects/${name}/${name}`, (call, needs, parts) => {
    byKey(call, needs, parts)
    readCollection(call.body, needs, false)
  }),
  route(
    "POST",
    `/composite/tree/${name}`,
    ({ body }, needs, parts) => {
      object(needs, parts)
      readTree(body, needs)
    },
    "outermost"
  ),
  route(
    "POST",
    "/composite",
    ({ body }, needs) => {
      for (const one of composite(body).compositeRequest) sub(one.method, one.url, one.body, needs)
    },
    "outermost"
  ),
  route(
    "POST",
    "/composite/graph",
    ({ body }, needs) => {
      const all = graph(body).graphs.flatMap(({ compositeRequest }) => compositeRequest)
      for (const one of all) sub(one.method, one.url, one.body, needs)
    },
    "outermost"
  ),
  route(
    "POST",
    "/composite/batch",
    ({ body }, needs) => {
      for (const one of batch(body).batchRequests) sub(one.method, one.url, one.richInput, needs)
    },
    "outermost"
  )
]

const readCall = (call: RestWrite, needs: Needs, inside: boolean): void => {
  if (call.method === "GET") {
    const no = openForReading(call.path)
    if (no !== null) throw no
    return
  }
  const path = readPath(call.path)
  if (path instanceof ToolFailure) throw path
  if (path.query !== "" && call.method !== "DELETE") refuse("it has a query")
  for (const { method, path: pattern, inside: anywhere, read } of routes) {
    const parts = method === call.method ? pattern.exec(path.resource ?? "") : null
    if (parts === null) continue
    if (inside && !anywhere) break
    read({ ...call, query: path.query }, needs, parts)
    return
  }
  refuse(`${call.method} ${call.path.slice(0, 100)} is not in the list of calls`)
}

/** What the call would touch, or why it is refused. */
export const readRestWrite = (call: RestWrite): Needs | ToolFailure => {
  const needs: Needs = { objects: [], keys: [], ids: [], strayIds: [], deletes: 0 }
  try {
    readCall(call, needs, false)
    return needs
  } catch (cause) {
    if (cause instanceof ToolFailure) return cause
    return ToolFailure.refused(
      "This call is refused: its body is not what the path takes, or has keys that are not known here.",
      "Send plain records; headers of sub-requests are not allowed."
    )
  }
}
