/** When a cron line is due, above all where clocks are set forward and back. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"
import { schedulePlan, startOfTick, tickAfter, tickUpTo } from "../src/serve/schedule-plan.ts"

const hour = 3_600_000
const zones = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/Santiago",
  "Australia/Lord_Howe",
  "Africa/Cairo",
  "Asia/Kathmandu"
] as const

const planOf = (cron: string, timezone: string) => {
  const plan = schedulePlan({ schedule: cron, timezone })
  assert(plan !== null)
  return plan
}

const localText = (time: number, timeZone: string): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(time)

const offsetAt = (time: number, zone: string): number =>
  Date.parse(`${localText(time, zone).replace(" ", "T")}Z`) - Math.floor(time / 60_000) * 60_000

/** When clocks were or will be set, from 2024 to 2028, to the hour. */
const clockChanges = (zone: string): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let day = Date.UTC(2024, 0, 1); day < Date.UTC(2029, 0, 1); day += 24 * hour) {
    if (offsetAt(day, zone) === offsetAt(day + 24 * hour, zone)) continue
    for (let time = day; time < day + 24 * hour; time += hour) {
      if (offsetAt(time, zone) !== offsetAt(time + hour, zone)) found.push(time)
    }
  }
  return found
}

const changesOf = new Map(zones.map((zone) => [zone, clockChanges(zone)]))

const Zone = Schema.Literals(zones)
/** Within two days of a change of clocks where the zone has any, else any time. */
const Moment = Schema.Struct({
  zone: Zone,
  change: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 })),
  offset: Schema.Int.check(Schema.isBetween({ minimum: -48 * hour, maximum: 48 * hour }))
})
const timeOf = ({ zone, change, offset }: typeof Moment.Type): number => {
  const changes = changesOf.get(zone) ?? []
  return (changes[change % Math.max(1, changes.length)] ?? Date.UTC(2026, 5, 1)) + offset
}

const Line = Schema.Literals([
  "*/15 * * * *",
  "0 * * * *",
  "30 2 * * *",
  "0 0 * * *",
  "15 1,2,3 * * *",
  "*/20 1-3 * * *",
  "0 3 * * 0",
  "0 2 31 * *"
])

describe("a schedule", () => {
  it("finds the changes of clocks that these tests are about", () => {
    assert.strictEqual(changesOf.get("Europe/Berlin")?.length, 10)
    assert.strictEqual(changesOf.get("Asia/Kathmandu")?.length, 0)
  })

  it.effect.prop("that is a rhythm is never interrupted by a change of clocks", { at: Moment }, ({ at }) =>
    Effect.sync(() => {
      const time = timeOf(at)
      const tick = tickAfter(planOf("*/15 * * * *", at.zone), time)
      assert.isAbove(tick, time)
      assert.isAtMost(tick - time, hour / 4)
      assert.strictEqual(tick % (hour / 4), 0)
    })
  )

  it.effect.prop("of a time of day is due once each day, whatever the clocks do", { at: Moment }, ({ at }) =>
    Effect.sync(() => {
      const plan = planOf("30 2 * * *", at.zone)
      let tick = tickAfter(plan, timeOf(at))
      for (let day = 0; day < 4; day++) {
        const next = tickAfter(plan, tick)
        const [date, following] = [tick, next].map((time) => localText(time, at.zone).slice(0, 10))
        assert.strictEqual(Date.parse(following ?? "") - Date.parse(date ?? ""), 24 * hour)
        tick = next
      }
    })
  )

  it.effect.prop(
    "moves on, and looks back to the newest time that has passed",
    { at: Moment, line: Line },
    (of) =>
      Effect.sync(() => {
        const plan = planOf(of.line, of.at.zone)
        const time = timeOf(of.at)
        const next = tickAfter(plan, time)
        assert.isAbove(next, time)
        const last = tickUpTo(plan, time)
        assert.isAtMost(last, time)
        assert.isAbove(tickAfter(plan, last), time)
      })
  )

  it.effect.prop(
    "with jitter starts within it, and before it is due again",
    { at: Moment, line: Line, part: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 99 })) },
    (of) =>
      Effect.sync(() => {
        const plan = { ...planOf(of.line, of.at.zone), jitterMs: hour }
        const tick = tickAfter(plan, timeOf(of.at))
        const start = startOfTick(plan, tick, of.part / 100)
        assert.isAtLeast(start, tick)
        assert.isAtMost(start, tick + hour)
        assert.isBelow(start, tickAfter(plan, tick))
      })
  )

  it("has the zone of its own before the spec's, and catches up unless told not to", () => {
    const plain = schedulePlan({ schedule: "0 6 * * *", timezone: "Europe/Berlin" })
    assert.deepInclude(plain, { timezone: "Europe/Berlin", jitterMs: 0, catchUp: "once" })
    assert.strictEqual(plain && new Date(tickAfter(plain, Date.UTC(2026, 6, 1))).getUTCHours(), 4)
    const own = schedulePlan({
      schedule: {
        cron: "0 6 * * *",
        timezone: "Asia/Tokyo",
        jitter: Duration.minutes(5),
        catchUp: "skip"
      },
      timezone: "Europe/Berlin"
    })
    assert.deepInclude(own, { timezone: "Asia/Tokyo", jitterMs: 300_000, catchUp: "skip" })
    assert.isNull(schedulePlan({ timezone: "UTC" }))
  })
})
