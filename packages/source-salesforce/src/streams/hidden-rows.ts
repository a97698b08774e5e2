/**
 * A reading of the whole takes what it does not find for deleted, but only where the user sees every row: to all
 * others a row that is not shared looks like one that is gone.
 */
import type { PlanRequest, StreamPlan } from "@decant/connector"
import { Effect } from "effect"
import type { ReadError } from "../read-error.ts"
import type { StreamDefinition } from "./stream-definition.ts"

/** Whether the user sees every row of the object. */
export type SeesAll = (object: string) => Effect.Effect<boolean, ReadError>

const keepText = ({ stream, object }: StreamDefinition): string =>
  `This user may not see every record of ${object}: rows of ${stream} that are not found any more stay as they are. Give the user “View All” for ${object}.`

export const keepingHidden = Effect.fnUntraced(function* (
  of: { readonly plan: StreamPlan; readonly definition: StreamDefinition | null },
  request: PlanRequest,
  seesAll: SeesAll
): Effect.fn.Return<StreamPlan, ReadError> {
  const { plan, definition } = of
  if (plan.status !== "ready" || definition === null || plan.mode !== "full") return plan
  const isFirst = request.checkpoints[plan.stream] === undefined
  if (isFirst || plan.schema.key === null || definition.keepsMissing) return plan
  if (yield* seesAll(definition.object)) return plan
  const deletes = { ...plan.schema.deletes, absent: "keep" as const }
  const warnings = [...plan.warnings, keepText(definition)]
  return { ...plan, schema: { ...plan.schema, deletes }, warnings }
})
