/**
 * The sources and destinations that this Decant has: one line each. They are loaded when a spec asks for
 * them, so that `decant --help` does not wait for a database engine.
 */
import type { DestinationConnector, SourceConnector, Spec } from "@decant/connector"
import { Effect } from "effect"
import { RunnerError } from "./runner-error.ts"

type Registry<Type extends string, Connector> = Readonly<Partial<Record<Type, () => Promise<Connector>>>>

const sources: Registry<Spec["source"]["type"], SourceConnector> = {
  salesforce: async () => (await import("@decant/source-salesforce")).salesforce
}

const destinations: Registry<Spec["destination"]["type"], DestinationConnector> = {
  duckdb: async () => (await import("@decant/destinations/duckdb")).duckdb,
  parquet: async () => (await import("@decant/destinations/parquet")).parquet,
  postgres: async () => {
    const { withSealedUrls } = await import("./sealed-urls.ts")
    return withSealedUrls((await import("@decant/destinations/postgres")).postgres)
  }
}

const find = <Type extends string, Connector>(
  registry: Registry<Type, Connector>,
  kind: "source" | "destination",
  type: Type
): Effect.Effect<Connector, RunnerError> => {
  const load = registry[type]
  if (load === undefined) {
    return Effect.fail(
      new RunnerError({
        code: "CONNECTOR_UNAVAILABLE",
        message: `This Decant has no ${kind} of type ${type}.`,
        fix: `Use one of: ${Object.keys(registry).join(", ")}.`
      })
    )
  }
  return Effect.promise(load)
}

export const findSource = (type: Spec["source"]["type"]): Effect.Effect<SourceConnector, RunnerError> =>
  find(sources, "source", type)

export const findDestination = (
  type: Spec["destination"]["type"]
): Effect.Effect<DestinationConnector, RunnerError> => find(destinations, "destination", type)
