/**
 * What time alone does to records, none of it with a stamp: the recycle bin lets go of its rows after 15 days, tasks
 * and events of a year ago are archived, field history and logins leave by retention.
 * https://help.salesforce.com/s/articleView?id=sf.home_delete.htm
 */
import { Effect } from "effect"
import type { OrgClock } from "./clock.ts"
import type { SObject } from "./field.ts"
import type { OrgSchema } from "./schema.ts"
import { literal, quoted, type Store } from "./store.ts"
import { has, type Statement } from "./writes.ts"

const minute = 60_000
const day = 24 * 60 * minute
export const binDays = 15
const archiveDays = 365
/** Of field history: in queries, and before it leaves. */
const queryMonths = 18
const historyMonths = 24
const loginMonths = 6

const timestamp = (millis: number) => `TIMESTAMP ${literal(new Date(millis).toISOString().slice(0, 19))}`

const monthsBefore = (now: number, months: number): number => {
  const date = new Date(now)
  return date.setUTCMonth(date.getUTCMonth() - months)
}

const isHistory = (object: SObject) => object.associate?.type === "History"

/** The condition that a row of field history still answers queries; older rows answer only queryAll. */
export const recentHistory = (object: SObject, alias: string, now: number): string | undefined =>
  isHistory(object) ? `${alias}."CreatedDate" >= ${timestamp(monthsBefore(now, queryMonths))}` : undefined

/** Activities of the past answer only queryAll. */
export const isArchivable = (object: SObject) => object.name === "Task" || object.name === "Event"

interface Change {
  readonly object: SObject
  readonly set: string
  readonly where: string
}

const leaves = (object: SObject, now: number): ReadonlyArray<string> => {
  if (isHistory(object)) return [`"CreatedDate" < ${timestamp(monthsBefore(now, historyMonths))}`]
  if (object.name === "LoginHistory") return [`"LoginTime" < ${timestamp(monthsBefore(now, loginMonths))}`]
  return has(object, "IsDeleted") ? [`"IsDeleted" AND "_deleted_at" < ${timestamp(now - binDays * day)}`] : []
}

const archived = (object: SObject, now: number): ReadonlyArray<string> => {
  if (!isArchivable(object)) return []
  const before = `${timestamp(now - archiveDays * day)}::DATE`
  return object.name === "Task"
    ? [`"IsClosed" AND coalesce("ActivityDate", "CreatedDate"::DATE) < ${before}`]
    : [`coalesce("EndDate", "ActivityDate") < ${before}`]
}

const changes = (objects: ReadonlyArray<SObject>, now: number): ReadonlyArray<Change> =>
  objects.flatMap((object) => [
    ...leaves(object, now).map((where) => ({
      object,
      set: '"_purged" = true',
      where: `NOT "_purged" AND ${where}`
    })),
    ...archived(object, now).map((where) => ({
      object,
      set: '"IsArchived" = true',
      where: `NOT coalesce("IsArchived", false) AND ${where}`
    }))
  ])

const key = ({ object, set }: Change) => `${object.name} ${set}`

/** How far ahead it is asked whether anything will be due. */
const horizon = day

const statementOf = ({ object, set, where }: Change): Statement => ({
  sql: `UPDATE ${quoted(object.name)} SET ${set} WHERE ${where}`
})

/** Nothing of a table is due before `until`, unless the table changes. */
interface Calm {
  readonly at: number
  readonly until: number
}

export class Passage {
  readonly #store: Store
  readonly #schema: OrgSchema
  readonly #clock: OrgClock
  #passedAt = Number.NEGATIVE_INFINITY
  readonly #calm = new Map<string, Calm>()

  constructor(store: Store, schema: OrgSchema, clock: OrgClock) {
    this.#store = store
    this.#schema = schema
    this.#clock = clock
  }

  /** Brings the records to the clock's time, once a minute of it. */
  readonly pass: Effect.Effect<void> = Effect.suspend(() => {
    const now = this.#clock.now()
    if (Math.abs(now - this.#passedAt) < minute) return Effect.void
    this.#passedAt = now
    const written = this.#schema.all().filter(({ name }) => !this.#store.late.awaits(name))
    const restless = written.filter((object) =>
      changes([object], now).some((each) => !this.#isCalm(each, now))
    )
    return this.#apply(restless, now)
  })

  /** What brings rows to the clock's time that are only being written now. */
  overdue(object: SObject): ReadonlyArray<Statement> {
    return changes([object], this.#clock.now()).map(statementOf)
  }

  reset(): void {
    this.#passedAt = Number.NEGATIVE_INFINITY
  }

  #isCalm(change: Change, now: number): boolean {
    const calm = this.#calm.get(key(change))
    return calm !== undefined && now <= calm.until && calm.at === this.#changedAt(change)
  }

  #changedAt({ object }: Change): number {
    return this.#store.changedAt(quoted(object.name))
  }

  /** Which of the changes have a row to change. */
  #due(asked: ReadonlyArray<Change>): Effect.Effect<ReadonlySet<number>> {
    if (asked.length === 0) return Effect.succeed(new Set())
    const questions = asked.map(
      ({ object, where }, at) => `SELECT ${at} WHERE EXISTS (FROM ${quoted(object.name)} WHERE ${where})`
    )
    return Effect.map(
      this.#store.rows(questions.join(" UNION ALL ")),
      (found) => new Set(found.map(([at]) => Number(at)))
    )
  }

  /**
   * Time only ever makes more rows due, so where none will be by the horizon there is nothing to do until then. Nothing
   * is written where nothing is due, so that the org's version stays.
   */
  #apply(objects: ReadonlyArray<SObject>, now: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const until = now + horizon
      const ahead = changes(objects, until)
      const changedAt = ahead.map((each) => this.#changedAt(each))
      const soon = yield* this.#due(ahead)
      for (const [at, each] of ahead.entries()) {
        if (!soon.has(at)) this.#calm.set(key(each), { at: changedAt[at] ?? 0, until })
      }
      const possible = changes(objects, now).filter((_, at) => soon.has(at))
      const due = yield* this.#due(possible)
      if (due.size === 0) return
      yield* this.#store.transaction(possible.filter((_, at) => due.has(at)).map(statementOf))
    })
  }
}
