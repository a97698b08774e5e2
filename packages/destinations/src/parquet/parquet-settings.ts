/** What the destination takes from the spec and from whoever opens it. */
import { resolve } from "node:path"
import type { OpenDestination } from "@decant/connector"
import { Duration, Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { DuckdbSettings } from "../duckdb/duckdb-settings.ts"

export interface ParquetSettings extends DuckdbSettings {
  readonly bucket: { readonly name: string; readonly prefix: string } | null
  readonly retentionMillis: number
}

const otherType = (type: string): DestinationError =>
  DestinationError.of(
    "NOT_SUPPORTED",
    `A destination of type ${type} was opened as Parquet.`,
    "This is a mistake in Decant; please report it."
  )

const notABucket = (path: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_UNREACHABLE",
    `${path} names no bucket.`,
    "Write `path: s3://bucket/prefix` in the spec's destination, or the path of a local folder."
  )

const bucketPattern = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/

export const settingsOf = Effect.fnUntraced(function* (
  options: OpenDestination
): Effect.fn.Return<ParquetSettings, DestinationError> {
  const { destination, name } = options.spec
  if (destination.type !== "parquet") return yield* otherType(destination.type)
  const found = bucketPattern.exec(destination.path)
  if (found === null && /^[a-z][a-z0-9+]*:\/\//i.test(destination.path))
    return yield* notABucket(destination.path)
  const prefix = (found?.[2] ?? "").replace(/^\/+|\/+$/g, "")
  return {
    path: found === null ? resolve(options.folder, destination.path) : destination.path,
    bucket: found?.[1] === undefined ? null : { name: found[1], prefix },
    schema: destination.schema,
    naming: destination.naming ?? "preserve",
    retentionMillis: Duration.toMillis(destination.retention),
    lockTimeout: Duration.zero,
    specName: name,
    orgId: options.orgId,
    maskKeys: options.maskKeys ?? {},
    publish: null
  }
})
