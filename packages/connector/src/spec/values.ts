/** The small value types of a spec file: names, durations, cron lines, percentages and secrets. */
import { Cron, Duration, Result, Schema, SchemaTransformation } from "effect"

export const Name = Schema.String.check(
  Schema.isPattern(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, {
    expected: "a name of letters, digits, _ and -, at most 63, that begins with a letter"
  })
)

/** An API name of Salesforce, e.g. `Account` or `Region__c`, namespaced or not. */
export const ApiName = Schema.String.check(
  Schema.isPattern(/^[A-Za-z][A-Za-z0-9_]*$/, { expected: "an API name such as Account or Region__c" })
)

/** A field, or a field of a parent: `Name`, `Owner.Name`. */
export const FieldPath = Schema.String.check(
  Schema.isPattern(/^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}$/, {
    expected: "a field such as Name or Owner.Name"
  })
)

/** An API name or a glob over them: `*__c`. */
export const ObjectGlob = Schema.String.check(
  Schema.isPattern(/^[A-Za-z*?][A-Za-z0-9_*?]*$/, {
    expected: "an object such as Account, or a glob such as *__c"
  })
)

const durationPattern = /^(\d+)\s*(ms|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)$/
const unitMillis: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000
}

const parseDuration = (text: string): Duration.Duration => {
  const [, count, unit = ""] = durationPattern.exec(text) ?? []
  const scale = unitMillis[unit === "ms" ? "ms" : unit.charAt(0)] ?? 0
  return Duration.millis(Number(count) * scale)
}

/** `10 minutes`, `5m`, `24h`. */
export const DurationText = Schema.String.check(
  Schema.isPattern(durationPattern, { expected: "a duration such as 10 minutes, 30s or 24h" })
).pipe(
  Schema.decodeTo(
    Schema.Duration,
    SchemaTransformation.transform({
      decode: parseDuration,
      encode: (duration: Duration.Duration): string => `${Duration.toMillis(duration)}ms`
    })
  )
)

/** Five or six fields, e.g. every quarter of an hour. */
export const CronText = Schema.String.check(
  Schema.makeFilter((text) => Result.isSuccess(Cron.parse(text)), {
    expected: 'a cron line such as "*/15 * * * *"'
  })
)

export const TimeZone = Schema.String.check(
  Schema.makeFilter(
    (text) => {
      // The default, and known without asking: the first question to Intl takes 5 ms.
      if (text === "UTC") return true
      try {
        return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone !== ""
      } catch {
        return false
      }
    },
    { expected: "a time zone such as UTC or Europe/Berlin" }
  )
)

/** `90%` → 0.9 */
export const Percentage = Schema.String.check(
  Schema.isPattern(/^(100|[1-9]?\d)(\.\d+)?%$/, { expected: "a percentage such as 25%" })
).pipe(
  Schema.decodeTo(
    Schema.Finite,
    SchemaTransformation.transform({
      decode: (text: string): number => Number(text.slice(0, -1)) / 100,
      encode: (share: number): string => `${share * 100}%`
    })
  )
)

const SecretText = Schema.RedactedFromValue(Schema.String.check(Schema.isMinLength(1)), {
  label: "secret",
  disallowEncode: true
})

/** A secret: text (normally `${NAME}`), a file relative to the spec, or an environment variable. */
export const Secret = Schema.Union([
  Schema.Struct({ file: Schema.String.check(Schema.isMinLength(1)) }),
  Schema.Struct({ env: Schema.String.check(Schema.isMinLength(1)) }),
  SecretText
])
export type Secret = typeof Secret.Type
