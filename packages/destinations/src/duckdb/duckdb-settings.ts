/** What the destination takes from the spec and from whoever opens it. */
import { resolve } from "node:path"
import type { DuckdbDestination, OpenDestination } from "@decant/connector"
import { type Duration, Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { Naming } from "../naming.ts"
import type { MaskKeys } from "./masks.ts"

export interface DuckdbSettings {
  readonly path: string
  readonly schema: string
  readonly naming: Naming
  readonly lockTimeout: Duration.Duration
  readonly specName: string
  readonly orgId: string | null
  readonly maskKeys: MaskKeys
  /** Where a snapshot goes after each run. */
  readonly publish: string | null
}

const otherType = (type: string): DestinationError =>
  DestinationError.of(
    "NOT_SUPPORTED",
    `A destination of type ${type} was opened as DuckDB.`,
    "This is a mistake in Decant; please report it."
  )

export const settingsOf = (options: OpenDestination): Effect.Effect<DuckdbSettings, DestinationError> => {
  const { destination, name } = options.spec
  if (destination.type !== "duckdb") return Effect.fail(otherType(destination.type))
  const duckdb: DuckdbDestination = destination
  return Effect.succeed({
    path: resolve(options.folder, duckdb.path),
    schema: duckdb.schema,
    naming: duckdb.naming ?? "preserve",
    lockTimeout: duckdb.lockTimeout,
    specName: name,
    orgId: options.orgId,
    maskKeys: options.maskKeys ?? {},
    publish: duckdb.publish === undefined ? null : resolve(options.folder, duckdb.publish)
  })
}
