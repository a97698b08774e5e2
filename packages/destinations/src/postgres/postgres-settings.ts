/** What the destination takes from the spec and from whoever opens it. */
import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import type { CopySpec, OpenDestination, Secret } from "@decant/connector"
import { Effect, Redacted } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { MaskKeys } from "../duckdb/masks.ts"
import type { Naming } from "../naming.ts"
import { type Target, targetOf } from "./connection-url.ts"

export interface PostgresSettings {
  readonly target: Target
  /** Where `query` connects; null when the spec names no role for it. */
  readonly queryTarget: Target | null
  readonly schema: string
  readonly naming: Naming
  readonly specName: string
  readonly orgId: string | null
  readonly maskKeys: MaskKeys
  readonly notice: (text: string) => Effect.Effect<void>
}

type PostgresDestination = Extract<CopySpec["destination"], { readonly type: "postgres" }>

const otherType = (type: string): DestinationError =>
  DestinationError.of(
    "NOT_SUPPORTED",
    `A destination of type ${type} was opened as Postgres.`,
    "This is a mistake in Decant; please report it."
  )

const unreadable = (key: string, where: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_URL_INVALID",
    `The spec's destination.${key} says that it is in ${where}, and there is nothing.`,
    "Set the variable, or write the URL into the file, and run it again."
  )

const secretText = Effect.fnUntraced(function* (
  key: string,
  secret: Secret,
  folder: string
): Effect.fn.Return<string, DestinationError> {
  if (Redacted.isRedacted(secret)) return Redacted.value(secret)
  if ("env" in secret) {
    const value = process.env[secret.env]
    return value === undefined || value === ""
      ? yield* unreadable(key, `the variable ${secret.env}`)
      : value.trim()
  }
  const text = yield* Effect.tryPromise({
    try: () => readFile(resolve(folder, secret.file), "utf8"),
    catch: () => unreadable(key, `the file ${secret.file}`)
  })
  return text.trim()
})

export const settingsOf = Effect.fnUntraced(function* (
  options: OpenDestination
): Effect.fn.Return<PostgresSettings, DestinationError> {
  const { destination, name } = options.spec
  if (destination.type !== "postgres") return yield* otherType(destination.type)
  const { url, queryUrl, schema, naming }: PostgresDestination = destination
  const resolved = Effect.fnUntraced(function* (key: string, secret: Secret) {
    return yield* targetOf(
      `The spec's destination.${key}`,
      yield* secretText(key, secret, options.folder),
      options.folder
    )
  })
  return {
    target: yield* resolved("url", url),
    queryTarget: queryUrl === undefined ? null : yield* resolved("queryUrl", queryUrl),
    schema,
    naming: naming ?? "snake_case",
    specName: name,
    orgId: options.orgId,
    maskKeys: options.maskKeys ?? {},
    notice: options.notice
  }
})
