/**
 * A point in time as Decant writes it everywhere: UTC, ISO 8601, milliseconds, `Z`. In this one form the
 * order of texts is the order of times, so checkpoints, guards and windows compare as strings.
 */
import { Schema } from "effect"

const pattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** `2026-11-21T10:00:00.000Z`. */
export const Instant = Schema.String.check(
  Schema.isPattern(pattern, { expected: "a UTC time such as 2026-11-21T10:00:00.000Z" })
)
export type Instant = string

export const instantFromMillis = (millis: number): Instant => new Date(millis).toISOString()

export const instantToMillis = (instant: Instant): number => Date.parse(instant)
