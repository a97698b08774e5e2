/**
 * Date literals such as LAST_N_DAYS:30: each stands for a range of days, from its first to the day after its last.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
 * Days are those of the user's wall clock; weeks begin on Sunday (locale en_US); the fiscal year is the calendar year.
 */
export interface DayRange {
  readonly from: Date
  /** The first day after the range. */
  readonly until: Date
}

type Unit = "DAY" | "WEEK" | "MONTH" | "QUARTER" | "YEAR"

const firstDay = Date.parse("0001-01-01T00:00:00Z")

const day = (year: number, month: number, date: number) =>
  new Date(Math.max(Date.UTC(year, month, date), firstDay))

const daysIn: Readonly<Record<Unit, number>> = { DAY: 1, WEEK: 7, MONTH: 31, QUARTER: 92, YEAR: 366 }
/** Some 7,900 years: further than that no date of the calendar is reached. */
const mostDays = 2_900_000

/** The first day of the unit that `now` lies in, moved by `steps` units. */
const startOf = (unit: Unit, now: Date, steps: number): Date => {
  const [year, month, date] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()]
  switch (unit) {
    case "DAY":
      return day(year, month, date + steps)
    case "WEEK":
      return day(year, month, date - now.getUTCDay() + steps * 7)
    case "MONTH":
      return day(year, month + steps, 1)
    case "QUARTER":
      return day(year, Math.floor(month / 3) * 3 + steps * 3, 1)
    case "YEAR":
      return day(year + steps, 0, 1)
  }
}

const units = (unit: Unit, now: Date, first: number, last: number): DayRange => ({
  from: startOf(unit, now, first),
  until: startOf(unit, now, last + 1)
})

const named = (name: string, now: Date): DayRange | undefined => {
  switch (name) {
    case "YESTERDAY":
      return units("DAY", now, -1, -1)
    case "TODAY":
      return units("DAY", now, 0, 0)
    case "TOMORROW":
      return units("DAY", now, 1, 1)
    case "LAST_90_DAYS":
      return units("DAY", now, -90, 0)
    case "NEXT_90_DAYS":
      return units("DAY", now, 1, 90)
  }
  const match = /^(LAST|THIS|NEXT)_(?:FISCAL_)?(WEEK|MONTH|QUARTER|YEAR)$/.exec(name)
  if (match === null) return undefined
  const step = match[1] === "LAST" ? -1 : match[1] === "NEXT" ? 1 : 0
  return units(match[2] as Unit, now, step, step)
}

const counted = (name: string, count: number, now: Date): DayRange | undefined => {
  const match =
    /^(?:(LAST|NEXT)_N_(?:FISCAL_)?(DAY|WEEK|MONTH|QUARTER|YEAR)S|N_(?:FISCAL_)?(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO)$/.exec(
      name
    )
  if (match === null) return undefined
  const [, direction, span, ago] = match
  const unit = (ago ?? span) as Unit
  const steps = Math.min(count, Math.floor(mostDays / daysIn[unit]))
  if (ago !== undefined) return units(unit, now, -steps, -steps)
  if (direction === "NEXT") return units(unit, now, 1, steps)
  return units(unit, now, -steps, unit === "DAY" ? 0 : -1)
}

/** The range a literal stands for at `now`, or undefined when there is no such literal. */
export const dateLiteral = (text: string, now: Date): DayRange | undefined => {
  const [name = "", count] = text.toUpperCase().split(":")
  return count === undefined ? named(name, now) : counted(name, Number(count), now)
}
