/** A cron expression in plain words, for those that people use; the rest are shown as they are. */
import { words } from "../words.ts"

const text = words.schedule
const isNumber = (part: string | undefined): part is string => part !== undefined && /^\d{1,2}$/.test(part)
const two = (part: string): string => part.padStart(2, "0")

export const scheduleWords = (cron: string): string => {
  const [minute, hour, day, month, weekday] = cron.trim().split(/\s+/)
  if (day !== "*" || month !== "*") return cron
  const every = /^\*\/(\d{1,2})$/.exec(minute ?? "")?.[1]
  if (every !== undefined && hour === "*" && weekday === "*") return text.minutes(Number(every))
  if (!isNumber(minute)) return cron
  if (hour === "*" && weekday === "*") return text.hourly
  if (!isNumber(hour)) return cron
  const at = `${two(hour)}:${two(minute)}`
  if (weekday === "*") return text.daily(at)
  const name = isNumber(weekday) ? text.weekdays[Number(weekday) % 7] : undefined
  return name === undefined ? cron : text.weekly(name, at)
}
