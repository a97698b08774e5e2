/**
 * The schedules of the specs, kept by all workers together: each looks at the clock, and one of them moves the spec's
 * row on and asks for the run, in one transaction. So a time counts once, whichever workers are there.
 */
import { createHash, randomUUID } from "node:crypto"
import { Clock, Effect } from "effect"
import * as SqlClient from "effect/sql/SqlClient"
import {
  planText,
  type SchedulePlan,
  schedulePlan,
  startOfTick,
  tickAfter,
  tickUpTo
} from "../serve/schedule-plan.ts"
import { askForRun } from "./run-ledger.ts"
import type { SpecAtHand } from "./specs-at-hand.ts"

/** A start that is later than this was missed: no worker was there. */
const lateMillis = 60_000

/** Up to when the schedule has been acted upon; one that is new or was changed begins now. */
const actedTo = Effect.fnUntraced(function* (spec: string, plan: SchedulePlan, now: number) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ acted_to: Date }>`INSERT INTO schedules (spec, plan, acted_to)
    VALUES (${spec}, ${planText(plan)}, ${new Date(now)})
    ON CONFLICT (spec) DO UPDATE SET plan = excluded.plan,
      acted_to = CASE WHEN schedules.plan = excluded.plan THEN schedules.acted_to ELSE excluded.acted_to END
    RETURNING acted_to`
  return rows[0]?.acted_to.getTime() ?? now
})

/** All workers must agree upon when a time is acted upon, so the jitter is drawn from the time itself. */
const drawn = (spec: string, tick: number): number =>
  createHash("sha256").update(`${spec} ${tick}`).digest().readUInt32BE() / 2 ** 32

/** The time that is due now, or null: of several that were missed, the newest stands for all. */
const dueTick = (
  spec: string,
  plan: SchedulePlan,
  { last, now }: { readonly last: number; readonly now: number }
): { readonly tick: number; readonly asks: boolean } | null => {
  const due = tickAfter(plan, last)
  const start = startOfTick(plan, due, drawn(spec, due))
  if (start > now) return null
  const isMissed = now - start > lateMillis || tickAfter(plan, due) <= now
  return isMissed
    ? { tick: Math.max(due, tickUpTo(plan, now)), asks: plan.catchUp === "once" }
    : { tick: due, asks: true }
}

const keepOne = Effect.fnUntraced(function* ({ specFile, fingerprint }: SpecAtHand) {
  const { spec } = specFile
  const plan = schedulePlan(spec)
  if (plan === null) return
  const now = yield* Clock.currentTimeMillis
  const last = yield* actedTo(spec.name, plan, now)
  const due = dueTick(spec.name, plan, { last, now })
  if (due === null) return
  const sql = yield* SqlClient.SqlClient
  const moved = sql`UPDATE schedules SET acted_to = ${new Date(due.tick)}
    WHERE spec = ${spec.name} AND acted_to = ${new Date(last)} RETURNING spec`
  const run = { runId: randomUUID(), spec: spec.name, fingerprint, request: { only: [], fullRefresh: [] } }
  yield* sql.withTransaction(
    Effect.gen(function* () {
      const isMine = (yield* moved).length > 0
      if (isMine && due.asks) yield* askForRun(run, { askedBy: "its schedule", tick: new Date(due.tick) })
    })
  )
})

/** Asks for the runs that are due. One that is under way is waited for. */
export const askForDue = (specs: ReadonlyArray<SpecAtHand>) =>
  Effect.forEach(
    specs,
    (spec) =>
      keepOne(spec).pipe(
        Effect.catchIf(
          (error) => error._tag === "RunnerError" && error.code === "RUN_LOCKED",
          () => Effect.void
        )
      ),
    { discard: true }
  )
