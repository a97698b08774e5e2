/** Cases, and the tasks and events about everything; old activities are archived. */
import { isoDay, isoSecond } from "../stamps.ts"
import { type DemoRecords, Family } from "./family.ts"

const subjects = [
  "Cannot log in",
  "Invoice is wrong",
  "Export is slow",
  "Asks for a logo file",
  "API limit reached"
]

export const caseRecords = (demo: DemoRecords): ReadonlyArray<string> => {
  const family = new Family(demo, 3)
  const { random } = family
  const values = (number: number) => {
    const Status = random.pick(["New", "Working", "Escalated", "Closed"])
    const created = Date.UTC(2024, number % 12, 1 + (number % 27), 8, number)
    return {
      CaseNumber: String(1000 + number).padStart(8, "0"),
      AccountId: random.pick(demo.accounts),
      ContactId: family.maybe(0.2, () => random.pick(demo.contacts)),
      Subject: family.text(10, random.pick(subjects)),
      Description: family.maybe(0.4, () => family.text(3, "The customer called twice.")),
      Status,
      ClosedDate: Status === "Closed" ? isoSecond(created + 3 * 24 * 3600 * 1000) : null,
      IsEscalated: Status === "Escalated",
      Priority: random.pick(["High", "Medium", "Low"]),
      Origin: random.pick(["Phone", "Email", "Web"]),
      Reason: family.maybe(0.4, () => random.pick(["Installation", "Performance", "Other"])),
      Type: family.maybe(0.5, () => random.pick(["Electronic", "Other"])),
      OwnerId: family.user()
    }
  }
  const cases = family.rows("Case", 40, values)
  family.rows("Case", 2, (number) => ({ ...values(40 + number), ...family.binned(number) }))
  return cases
}

export const activityRecords = (
  demo: DemoRecords,
  leads: ReadonlyArray<string>,
  cases: ReadonlyArray<string>
): void => {
  const family = new Family(demo, 4)
  const { random } = family
  const about = () => {
    const opportunity = random.pick(demo.opportunities)
    const account = random.pick(demo.accounts)
    return random.pick([
      { WhatId: account, AccountId: account, WhoId: random.pick(demo.contacts) },
      { WhatId: opportunity.Id, AccountId: opportunity.AccountId, WhoId: random.pick(demo.contacts) },
      { WhatId: random.pick(cases), WhoId: null },
      { WhatId: null, WhoId: random.pick(leads) }
    ])
  }
  const yearAgo = family.now - 365 * 24 * 3600 * 1000
  family.rows("Task", 60, (number) => {
    const due = family.now - number * 12 * 24 * 3600 * 1000
    const done = number > 10
    return {
      ...about(),
      Subject: random.pick(["Call", "Send Quote", "Ask for a reference", "Thank for the logo"]),
      ActivityDate: isoDay(due),
      Status: done ? "Completed" : random.pick(["Not Started", "In Progress"]),
      CompletedDateTime: done ? isoSecond(due) : null,
      Priority: random.pick(["High", "Normal", "Low"]),
      Description: family.maybe(0.5, () => family.text(3, "Spoke for ten minutes.")),
      CallDurationInSeconds: family.maybe(0.7, () => random.integer(10, 3000)),
      TaskSubtype: random.pick(["Task", "Call"]),
      IsArchived: done && due < yearAgo,
      OwnerId: family.user()
    }
  })
  family.rows("Event", 40, (number) => {
    const start = family.now - (number - 10) * 20 * 24 * 3600 * 1000
    return {
      ...about(),
      Subject: random.pick(["Meeting", "Demo", "Customer visit"]),
      Location: family.maybe(0.3, () => family.text(6, "Room 4.02")),
      StartDateTime: isoSecond(start),
      DurationInMinutes: random.pick([30, 60, 90]),
      ShowAs: random.pick(["Busy", "Free"]),
      IsArchived: start < yearAgo,
      OwnerId: family.user()
    }
  })
}
