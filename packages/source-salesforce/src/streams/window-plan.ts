/**
 * What a run does with a stream, from its stored checkpoint: begin, go on with the job of an earlier run,
 * read what changed since, or read everything into a new generation.
 */
import { createHash, randomUUID } from "node:crypto"
import {
  type Instant,
  instantToMillis,
  newStreamCheckpoint,
  type StreamCheckpoint,
  type SyncMode,
  type Window,
  type Work
} from "@decant/connector"
import { Duration } from "effect"
import { schemaDifference } from "./schema-fingerprint.ts"
import { rowsQuery } from "./soql.ts"
import type { StreamDefinition } from "./stream-definition.ts"
import { windowSince } from "./window.ts"

/** Salesforce deletes jobs and their results after seven days; an hour is kept for reading them. */
const OLDEST_JOB = Duration.hours(7 * 24 - 1)

/** A new id for every attempt: pages of two jobs must never be taken for one another. */
export const newRowsWork = (window: Window | undefined): Work => ({
  id: randomUUID(),
  kind: "rows",
  ...(window === undefined ? {} : { window }),
  segments: { committed: [], expected: null }
})

export const queryOf = (definition: StreamDefinition, work: Work): string =>
  definition.soql?.text ??
  rowsQuery({
    object: definition.object,
    select: definition.select,
    cursorField: definition.cursorField,
    window: work.window ?? null,
    where: definition.where
  })

export const hashOf = (query: string): string => createHash("sha256").update(query).digest("hex").slice(0, 32)

export interface PlanningContext {
  readonly now: Instant
  readonly lookback: Duration.Duration
  readonly apiVersion: string
}

export interface WindowPlan {
  readonly mode: SyncMode
  readonly checkpoint: StreamCheckpoint
  readonly resumes: boolean
  /** A job of an earlier run that nobody will read any more. */
  readonly abandoned: string | null
}

const isUsable = (definition: StreamDefinition, work: Work, context: PlanningContext): boolean =>
  work.job !== undefined &&
  work.job.apiVersion === context.apiVersion &&
  work.job.queryHash === hashOf(queryOf(definition, work)) &&
  instantToMillis(context.now) - instantToMillis(work.job.createdAt) < Duration.toMillis(OLDEST_JOB)

const modeOf = (checkpoint: StreamCheckpoint): SyncMode => checkpoint.phase

const wholeWork = (definition: StreamDefinition, context: PlanningContext): Work =>
  newRowsWork(
    definition.cursorField === null
      ? undefined
      : windowSince({ cursor: null, now: context.now, lookback: context.lookback })
  )

const nextGeneration = (
  definition: StreamDefinition,
  stored: StreamCheckpoint,
  context: PlanningContext
): StreamCheckpoint => ({
  ...stored,
  phase: "full",
  generation: stored.generation + 1,
  cursorField: definition.cursorField,
  cursor: null,
  deletesCoveredTo: null,
  work: [wholeWork(definition, context)]
})

/** The checkpoint to work from when no job of an earlier run can be used. */
const planAfresh = (
  definition: StreamDefinition,
  stored: StreamCheckpoint | undefined,
  context: PlanningContext
): StreamCheckpoint => {
  if (stored === undefined) {
    const checkpoint = newStreamCheckpoint({
      phase: definition.cursorField === null ? "full" : "backfill",
      cursorField: definition.cursorField,
      now: context.now
    })
    return { ...checkpoint, work: [wholeWork(definition, context)] }
  }
  const { filterChanged } = schemaDifference(stored.schemaFingerprint, definition.schemaFingerprint)
  if (stored.phase === "full" || stored.cursorField !== definition.cursorField || filterChanged) {
    return nextGeneration(definition, stored, context)
  }
  const window = windowSince({ cursor: stored.cursor, now: context.now, lookback: context.lookback })
  return { ...stored, work: [newRowsWork(window)] }
}

export const planWindow = (
  definition: StreamDefinition,
  stored: StreamCheckpoint | undefined,
  refresh: boolean,
  context: PlanningContext
): WindowPlan => {
  const touched = (checkpoint: StreamCheckpoint): StreamCheckpoint => ({
    ...checkpoint,
    schemaFingerprint: definition.schemaFingerprint,
    updatedAt: context.now
  })
  const open = stored?.work[0]
  const usable =
    !refresh &&
    stored !== undefined &&
    open !== undefined &&
    // Without a cursor nothing could catch up with what changed since that job began.
    definition.cursorField !== null &&
    stored.cursorField === definition.cursorField &&
    isUsable(definition, open, context)
  if (usable) {
    return { mode: modeOf(stored), checkpoint: touched(stored), resumes: true, abandoned: null }
  }
  const checkpoint =
    refresh && stored !== undefined
      ? nextGeneration(definition, stored, context)
      : planAfresh(definition, stored, context)
  return {
    mode: modeOf(checkpoint),
    checkpoint: touched(checkpoint),
    resumes: false,
    abandoned: open?.job?.id ?? null
  }
}

/** All work of the window is committed: the cursor moves, and a full generation is ready to be shown. */
export const finished = (
  checkpoint: StreamCheckpoint,
  now: Instant
): { readonly checkpoint: StreamCheckpoint; readonly publish: boolean } => {
  const to = checkpoint.work[0]?.window?.to ?? null
  return {
    checkpoint: {
      ...checkpoint,
      phase: checkpoint.cursorField === null ? "full" : "incremental",
      cursor: to,
      work: [],
      updatedAt: now
    },
    publish: checkpoint.phase === "full"
  }
}
