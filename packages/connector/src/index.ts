export type { Catalog, CatalogField, CatalogObject } from "./catalog.ts"
export * from "./checkpoint.ts"
export { ConnectorError, type SpecMistake } from "./connector-error.ts"
export type * from "./destination.ts"
export type { ErrorEntry } from "./error-entry.ts"
export * from "./failure.ts"
export { Instant, instantFromMillis, instantToMillis } from "./instant.ts"
export { inPhase, type TimedPhase, timedPhases } from "./phase.ts"
export type * from "./proof.ts"
export type { RunReport, RunStatus, StreamReport } from "./run-report.ts"
export * from "./segment.ts"
export type * from "./source.ts"
export type { Agents } from "./spec/agents.ts"
export { type DecodedSpec, decodeCopySpec, decodeSpec } from "./spec/decode-spec.ts"
export { specJsonSchema } from "./spec/json-schema.ts"
export {
  type Auth,
  type Fields,
  type ObjectStream,
  type Roles,
  type SalesforceSource,
  type SoqlStream,
  type StreamSpec,
  streamName
} from "./spec/salesforce-source.ts"
export { secretKeys } from "./spec/secret-keys.ts"
export type { CopySpec, DuckdbDestination, Spec } from "./spec/spec.ts"
export { DurationText, Name, type Secret } from "./spec/values.ts"
export * from "./stream-schema.ts"
