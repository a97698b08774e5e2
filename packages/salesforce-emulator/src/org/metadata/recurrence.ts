/** How activities repeat. */
import { userPicklists, values } from "./picklists.ts"

export const recurrencePicklists = {
  RecurrenceTimeZoneSidKey: userPicklists.TimeZoneSidKey,
  RecurrenceType: values(
    "RecursDaily=Recurs Daily;RecursEveryWeekday=Recurs Every Weekday;RecursMonthly=Recurs Monthly;RecursMonthlyNth=Recurs Monthly Nth;RecursWeekly=Recurs Weekly;RecursYearly=Recurs Yearly;RecursYearlyNth=Recurs Yearly Nth"
  ),
  RecurrenceInstance: values("First=1st;Second=2nd;Third=3rd;Fourth=4th;Last=last"),
  RecurrenceMonthOfYear: values(
    "January;February;March;April;May;June;July;August;September;October;November;December"
  )
}
