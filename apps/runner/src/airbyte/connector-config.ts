/**
 * The config that Airbyte hands over: `name` and `source` of a spec, as JSON. What it does not say is filled in so
 * that it is a spec; columns that change without a stamp and the comparison of Ids are left to the person, since
 * either means reading a stream anew.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { ConnectorError, decodeSpec, type Spec } from "@decant/connector"
import { Effect, Redacted, Schema } from "effect"
import { readText } from "../files.ts"
import type { SpecFile } from "../spec-file.ts"

const JsonObject = Schema.Record(Schema.String, Schema.Unknown)
type JsonObject = typeof JsonObject.Type
const isObject = Schema.is(JsonObject)

export interface ConnectorConfig {
  readonly specFile: SpecFile
  /** A login that is brought along; null where the config has none. */
  readonly refreshToken: Redacted.Redacted<string> | null
  /** The config as it came, with another refresh token in it. */
  readonly withRefreshToken: (token: Redacted.Redacted<string>) => unknown
}

const objectIn = (value: JsonObject, key: string): JsonObject => {
  const inner = value[key]
  return isObject(inner) ? inner : {}
}

const notJson = (file: string): ConnectorError =>
  new ConnectorError({
    code: "SPEC_INVALID",
    message: `${file} is not a JSON object.`,
    fix: "Write the spec as JSON; `decant airbyte spec` prints its schema."
  })

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)

/** A form sends fields that were left empty. */
const filled = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => !isEmpty(inner)))

const specOf = (config: JsonObject): JsonObject => {
  const source = filled(objectIn(config, "source"))
  const { refreshToken: _, ...auth } = filled(objectIn(source, "auth"))
  return {
    version: 1,
    name: "airbyte",
    refresh: { formulas: "off", reconcile: "off" },
    ...filled(config),
    source: { type: "salesforce", streams: [{ object: "*" }], ...source, auth },
    // Never opened: Airbyte writes.
    destination: { type: "duckdb", path: "airbyte.duckdb" }
  }
}

const privateFolder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "decant-airbyte-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

export const readConnectorConfig = Effect.fnUntraced(function* (file: string) {
  const text = yield* readText(file)
  if (text === null) return yield* ConnectorError.specNotFound(file)
  const config = yield* Effect.try({ try: (): unknown => JSON.parse(text), catch: () => notJson(file) })
  if (!isObject(config)) return yield* notJson(file)
  const decoded = yield* decodeSpec({
    file,
    text: JSON.stringify(specOf(config), null, 1),
    env: process.env
  })
  const source = objectIn(config, "source")
  const auth = objectIn(source, "auth")
  const token = typeof auth.refreshToken === "string" && auth.refreshToken !== "" ? auth.refreshToken : null
  // What is kept of a login that is brought along goes with the run.
  const folder = token === null ? dirname(resolve(file)) : yield* privateFolder
  const found: ConnectorConfig = {
    specFile: { file, folder, spec: decoded.spec, warnings: [] },
    refreshToken: token === null ? null : Redacted.make(token, { label: "refresh token" }),
    withRefreshToken: (next) => ({
      ...config,
      source: { ...source, auth: { ...auth, refreshToken: Redacted.value(next) } }
    })
  }
  return found
})

const globPattern = (glob: string): RegExp =>
  new RegExp(`^${glob.replaceAll("*", "\\w*").replaceAll("?", "\\w")}$`, "i")

const namesObject = (stream: Spec["source"]["streams"][number], name: string): boolean => {
  if ("soql" in stream) return stream.name.toLowerCase() === name.toLowerCase()
  return (stream.name ?? stream.object).toLowerCase() === name.toLowerCase()
}

/** Only these streams, each by its own name: one that is gone fails alone, and no pattern is looked up. */
export const onlyStreams = (spec: Spec, names: ReadonlyArray<string>): Spec => {
  const chosen = names.map((name) => {
    const own = spec.source.streams.find((stream) => namesObject(stream, name))
    if (own !== undefined) return own
    const pattern = spec.source.streams.find(
      (stream) => "object" in stream && globPattern(stream.object).test(name)
    )
    return { ...(pattern !== undefined && "object" in pattern ? pattern : {}), object: name }
  })
  const [first, ...others] = chosen
  return first === undefined ? spec : { ...spec, source: { ...spec.source, streams: [first, ...others] } }
}
