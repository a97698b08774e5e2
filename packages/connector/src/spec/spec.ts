/**
 * The spec file, `decant.yaml`: one source, one destination, when to run. It is read by `decodeSpec`;
 * the JSON Schema for editors (`json-schema.ts`) is made from the same definitions.
 */
import { Duration, Effect, Schema } from "effect"
import { Agents } from "./agents.ts"
import { SalesforceSource } from "./salesforce-source.ts"
import { CronText, DurationText, Name, Secret, TimeZone } from "./values.ts"

const Text = Schema.String.check(Schema.isMinLength(1))

const DeleteMode = Schema.Literals(["mark", "remove"])
const Deletes = Schema.Struct({
  soft: DeleteMode.pipe(Schema.withDecodingDefaultKey(Effect.succeed("mark" as const))),
  hard: DeleteMode.pipe(Schema.withDecodingDefaultKey(Effect.succeed("mark" as const)))
})

const everyDestination = {
  schema: Name.pipe(Schema.withDecodingDefaultKey(Effect.succeed("salesforce"))),
  deletes: Deletes.pipe(
    Schema.withDecodingDefaultKey(Effect.succeed({ soft: "mark" as const, hard: "mark" as const }))
  ),
  naming: Schema.optionalKey(Schema.Literals(["preserve", "snake_case"])),
  numbers: Schema.Literals(["double", "decimal"]).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed("double" as const))
  )
}

export const DuckdbDestination = Schema.Struct({
  type: Schema.Literal("duckdb"),
  path: Text,
  /** A snapshot written by atomic rename after each run, for readers who hold it open. */
  publish: Schema.optionalKey(Text),
  /** How long to wait for a reader that holds the file. */
  lockTimeout: DurationText.pipe(Schema.withDecodingDefaultTypeKey(Effect.succeed(Duration.minutes(5)))),
  ...everyDestination
})
export type DuckdbDestination = typeof DuckdbDestination.Type

const ParquetDestination = Schema.Struct({
  type: Schema.Literal("parquet"),
  /** A folder, or s3://bucket/prefix. */
  path: Text,
  /** How long replaced files stay for readers that still use them. */
  retention: DurationText.pipe(Schema.withDecodingDefaultTypeKey(Effect.succeed(Duration.hours(24)))),
  ...everyDestination
})

const PostgresDestination = Schema.Struct({
  type: Schema.Literal("postgres"),
  url: Secret,
  /** A SELECT-only role for `decant query`. */
  queryUrl: Schema.optionalKey(Secret),
  ...everyDestination
})

const DestinationSpec = Schema.Union([DuckdbDestination, ParquetDestination, PostgresDestination])

const Schedule = Schema.Union([
  CronText,
  Schema.Struct({
    cron: CronText,
    timezone: Schema.optionalKey(TimeZone),
    jitter: Schema.optionalKey(DurationText),
    catchUp: Schema.optionalKey(Schema.Literals(["skip", "once"]))
  })
])

const RefreshTime = Schema.Union([Schema.Literal("off"), CronText])
const Refresh = Schema.Struct({
  formulas: RefreshTime.pipe(Schema.withDecodingDefaultKey(Effect.succeed("55 23 * * *"))),
  reconcile: RefreshTime.pipe(Schema.withDecodingDefaultKey(Effect.succeed("0 3 * * 0")))
})

const Alert = Schema.Union([
  Schema.Struct({ webhook: Secret }),
  Schema.Struct({ command: Schema.NonEmptyArray(Text) })
])

export const Spec = Schema.Struct({
  version: Schema.Literal(1),
  name: Name,
  /** What people call it. Unlike the name, it may change at any time. */
  title: Schema.optionalKey(
    Schema.String.check(
      Schema.isPattern(/^[^\p{Cc}\p{Cs}]{1,80}$/u, { expected: "1 to 80 characters in one line" })
    )
  ),
  source: SalesforceSource,
  destination: DestinationSpec,
  /** A mirror of what the destination holds; `./.decant/<name>.checkpoint.json` when absent. */
  checkpoint: Schema.optionalKey(Text),
  schedule: Schema.optionalKey(Schedule),
  timezone: TimeZone.pipe(Schema.withDecodingDefaultKey(Effect.succeed("UTC"))),
  refresh: Refresh.pipe(
    Schema.withDecodingDefaultKey(Effect.succeed({ formulas: "55 23 * * *", reconcile: "0 3 * * 0" }))
  ),
  alerts: Schema.optionalKey(Schema.Array(Alert)),
  /** What `decant mcp` lets agents do. */
  mcp: Schema.optionalKey(Agents)
})
export type Spec = typeof Spec.Type

/** A spec as far as looking into the copy needs it: how to read the source is left as it stands. */
export const CopySpec = Schema.Struct({
  ...Spec.fields,
  source: Schema.Unknown,
  alerts: Schema.optionalKey(Schema.Unknown),
  mcp: Schema.optionalKey(Schema.Unknown)
})
export type CopySpec = typeof CopySpec.Type
