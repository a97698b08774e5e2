/**
 * Times of day in the user's time zone. The store holds UTC; date literals and convertTimezone() mean the user's days.
 */
import { literal } from "../org/store.ts"

/** When a query runs, and where its user lives. */
export interface Moment {
  readonly now: Date
  /** An IANA name. */
  readonly timeZone: string
}

const isUtc = (zone: string) => zone === "GMT" || zone === "UTC"

/** The user's wall clock as a date whose UTC parts are the local ones. */
export const wallClock = ({ now, timeZone }: Moment): Date => {
  if (isUtc(timeZone)) return now
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric"
  }).formatToParts(now)
  const part = (name: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find(({ type }) => type === name)?.value ?? 0)
  return new Date(
    Date.UTC(
      part("year"),
      part("month") - 1,
      part("day"),
      part("hour"),
      part("minute"),
      part("second"),
      now.getUTCMilliseconds()
    )
  )
}

/** SQL of a local timestamp as UTC. */
export const fromWallClock = (sql: string, zone: string): string =>
  isUtc(zone) ? sql : `timezone('UTC', timezone(${literal(zone)}, ${sql}))`

/** SQL of a UTC timestamp as the user's local one. */
export const toWallClock = (sql: string, zone: string): string =>
  isUtc(zone) ? sql : `timezone(${literal(zone)}, timezone('UTC', ${sql}))`

/** The zone if there is one of that name, else UTC. */
export const knownZone = (zone: string): string => {
  if (isUtc(zone)) return zone
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone }).resolvedOptions().timeZone === undefined
      ? "UTC"
      : zone
  } catch {
    return "UTC"
  }
}
