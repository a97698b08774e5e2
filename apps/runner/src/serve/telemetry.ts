/**
 * Traces and logs by OTLP, where the environment names a collector: a span of each run, of each stream in it and of
 * each call to Salesforce. All of OpenTelemetry's variables count.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
import { ConfigProvider, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { OtlpLogger, OtlpSerialization, OtlpTracer } from "effect/observability"

const isOn = (env: NodeJS.ProcessEnv): boolean =>
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"].some((name) => Boolean(env[name]))

export const telemetry = (version: string) => {
  if (!isOn(process.env)) return Layer.empty
  const resource = { serviceName: process.env.OTEL_SERVICE_NAME ?? "decant", serviceVersion: version }
  return Layer.mergeAll(
    OtlpTracer.layerFromConfig({ resource }),
    OtlpLogger.layerFromConfig({ resource, mergeWithExisting: true })
  ).pipe(
    Layer.provide(Layer.mergeAll(OtlpSerialization.layerJson, FetchHttpClient.layer)),
    // What OpenTelemetry says is so where nothing is said.
    Layer.provide(
      ConfigProvider.layer(
        ConfigProvider.fromEnvRecord({
          OTEL_TRACES_EXPORTER: "otlp",
          OTEL_LOGS_EXPORTER: "otlp",
          ...process.env
        })
      )
    )
  )
}
