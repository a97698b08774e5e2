/**
 * Which REST paths an agent may GET. Everything that is not named here is refused: executeAnonymous, apexrest,
 * actions and composite change things even by GET, and `_HttpMethod` turns a GET into anything.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_list.htm
 */
import { ToolFailure } from "./tool-failure.ts"

const name = "[A-Za-z][A-Za-z0-9_]*"
const id = "[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?"

/** Behind `/services/data/vNN.0`. */
const open: ReadonlyArray<RegExp> = [
  "",
  "/limits",
  "/limits/recordCount",
  "/recent",
  "/tabs",
  "/theme",
  "/query",
  "/query/[A-Za-z0-9-]+",
  "/queryAll",
  "/queryAll/[A-Za-z0-9-]+",
  "/search",
  "/parameterizedSearch",
  "/search/(?:layout|scopeOrder|suggestions)",
  "/sobjects",
  `/sobjects/${name}`,
  `/sobjects/${name}/describe`,
  `/sobjects/${name}/describe/(?:layouts|compactLayouts|approvalLayouts)(?:/[A-Za-z0-9_]+)?`,
  `/sobjects/${name}/(?:deleted|updated|listviews)`,
  `/sobjects/${name}/listviews/${id}(?:/(?:describe|results))?`,
  `/sobjects/${name}/${id}`,
  `/sobjects/${name}/${name}/[^/]+`,
  "/compactLayouts",
  "/recordTypes",
  "/jobs/query(?:/[A-Za-z0-9]+)?",
  "/jobs/ingest(?:/[A-Za-z0-9]+(?:/(?:successfulResults|failedResults|unprocessedrecords))?)?",
  "/analytics/reports",
  `/analytics/reports/${id}(?:/describe)?`,
  "/analytics/dashboards",
  `/analytics/dashboards/${id}(?:/describe)?`,
  `/ui-api/(?:object-info|records|record-ui|list-info|list-ui)(?:/[A-Za-z0-9_,/-]+)?`
].map((path) => new RegExp(`^${path}/?$`))

const versioned = /^\/services\/data(?:\/v\d{2}\.0(.*))?\/?$/

export interface RestPath {
  /** Behind the version; null for the list of versions. */
  readonly resource: string | null
  readonly query: string
}

const refused = (path: string, why: string): ToolFailure =>
  ToolFailure.refused(
    `${JSON.stringify(path.slice(0, 120))} may not be called by an agent: ${why}.`,
    "Use a path that begins with /services/data/vNN.0/ and only reads: limits, sobjects, query, search, recent, jobs, analytics/reports. For one record or object there are tools of their own."
  )

/** Refuses what could mean something else to the server than to us. */
export const readPath = (path: string): RestPath | ToolFailure => {
  const [route = "", ...rest] = path.split("?")
  const query = rest.join("?")
  // Percent signs have no place in the routes that are open, and in a query they must not hide a name.
  let plainQuery: string
  try {
    plainQuery = decodeURIComponent(query.replaceAll("+", " "))
  } catch {
    return refused(path, "its query cannot be decoded")
  }
  if (/_http_?method/i.test(plainQuery) || /_http_?method/i.test(route)) {
    return refused(path, "`_HttpMethod` would turn it into another method")
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u0020\u007f\\#;]|\/\/|\/\.{1,2}(?:\/|$)/.test(route))
    return refused(path, "it is not a plain path")
  const found = versioned.exec(route)
  if (found === null) return refused(path, "it is outside /services/data/")
  return { resource: found[1] ?? null, query }
}

export const openForReading = (path: string): ToolFailure | null => {
  const read = readPath(path)
  if (read instanceof ToolFailure) return read
  if (read.resource === null || open.some((pattern) => pattern.test(read.resource ?? ""))) return null
  return refused(path, "it is not in the list of paths that only read")
}
