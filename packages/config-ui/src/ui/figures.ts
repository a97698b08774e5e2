/** Numbers and times in the reader's own manner. */
import { words } from "../words.ts"

const whole = new Intl.NumberFormat()
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 })
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" })
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" })

export const count = (value: number): string => whole.format(value)
export const about = (value: number): string => short.format(value)
export const moment = (instant: string): string => dateTime.format(new Date(instant))

const steps = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60]
] as const

export const ago = (instant: string, now = Date.now()): string => {
  const seconds = (new Date(instant).getTime() - now) / 1_000
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit)
  }
  return words.justNow
}

export const age = (seconds: number): string => ago(new Date(Date.now() - seconds * 1_000).toISOString())

export const duration = (ms: number): string => {
  const seconds = ms / 1_000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export const size = (bytes: number): string => {
  const units = ["B", "kB", "MB", "GB", "TB"]
  const power = bytes < 1_000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1_000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}
