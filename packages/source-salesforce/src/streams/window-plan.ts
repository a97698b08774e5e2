/**
 * What a run does with a stream, from its stored checkpoint: begin, go on with the job of an earlier run,
 * read what changed since, or read everything into a new generation.
 */
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
import type { IsDue } from "./refresh-due.ts"
import { rememberLost, schemaDifference } from "./schema-fingerprint.ts"
import type { StreamDefinition } from "./stream-definition.ts"
import { windowSince } from "./window.ts"
import { isParted, wholeWork } from "./window-parts.ts"
import { anew, hashOf, newRowsWork, queryOf } from "./work.ts"

/** Salesforce deletes jobs and their results after seven days; an hour is kept for reading them. */
const OLDEST_JOB = Duration.hours(7 * 24 - 1)

export interface PlanningContext {
  readonly now: Instant
  readonly lookback: Duration.Duration
  readonly apiVersion: string
  readonly isDue: IsDue
  /** What the user may see now; null when that is not known. */
  readonly access: string | null
  /** Columns that the person wants read again of all rows. */
  readonly backfill?: ReadonlyArray<string>
}

export interface WindowPlan {
  readonly mode: SyncMode
  readonly checkpoint: StreamCheckpoint
  readonly resumes: boolean
  /** A job of an earlier run that nobody will read any more. */
  readonly abandoned: string | null
}

/** Its job would be made just so now, and has its result still. */
export const isUsable = (
  definition: StreamDefinition,
  work: Work,
  context: Pick<PlanningContext, "apiVersion" | "now">
): boolean =>
  work.job !== undefined &&
  work.job.apiVersion === context.apiVersion &&
  work.job.queryHash === hashOf(queryOf(definition, work)) &&
  instantToMillis(context.now) - instantToMillis(work.job.createdAt) < Duration.toMillis(OLDEST_JOB)

const modeOf = (checkpoint: StreamCheckpoint): SyncMode => checkpoint.phase

const allWork = (definition: StreamDefinition, context: PlanningContext): Work =>
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
  work: [allWork(definition, context)]
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
    return { ...checkpoint, work: [allWork(definition, context)] }
  }
  const { filterChanged } = schemaDifference(stored.schemaFingerprint, definition.schemaFingerprint)
  const reevaluates =
    filterChanged ||
    (definition.silentFilter && stored.phase === "incremental" && refreshesSilent(stored, context))
  if (stored.phase === "full" || stored.cursorField !== definition.cursorField || reevaluates) {
    return nextGeneration(definition, stored, context)
  }
  const window = windowSince({ cursor: stored.cursor, now: context.now, lookback: context.lookback })
  return { ...stored, work: [newRowsWork(window), ...patches(definition, stored, window, context)] }
}

const refreshesSilent = (stored: StreamCheckpoint, context: PlanningContext): boolean =>
  stored.formulasRefreshedAt === null || context.isDue("formulas", stored.formulasRefreshedAt, context.now)

/** All Ids are compared: on schedule, when rows may have come into or out of sight, or as an earlier run had begun to. */
const comparesIds = (
  { keepsMissing }: StreamDefinition,
  stored: StreamCheckpoint,
  { access, isDue, now }: PlanningContext
): boolean =>
  stored.work.some(({ kind }) => kind === "ids") ||
  (access !== null && stored.accessFingerprint !== null && stored.accessFingerprint !== access) ||
  (!keepsMissing && stored.reconciledAt !== null && isDue("reconcile", stored.reconciledAt, now))

const patch = (
  kind: "fields" | "formulas",
  columns: ReadonlyArray<string>,
  to: Instant
): ReadonlyArray<Work> =>
  columns.length === 0 ? [] : [{ ...newRowsWork({ from: null, to }), kind, columns }]

/** Columns of all rows to read again after the window: an earlier run's that are still open are among them. */
const patches = (
  definition: StreamDefinition,
  stored: StreamCheckpoint,
  window: Window,
  context: PlanningContext
): ReadonlyArray<Work> => {
  if (definition.schema.key === null || window.from === null) return []
  const { added, changed } = schemaDifference(stored.schemaFingerprint, definition.schemaFingerprint)
  const open = stored.work.flatMap(({ kind, columns }) => (kind === "fields" ? (columns ?? []) : []))
  const known = new Set(definition.schema.columns.map(({ name }) => name))
  const filled = [...new Set([...open, ...added, ...changed, ...(context.backfill ?? [])])].filter((name) =>
    known.has(name)
  )
  const silent = refreshesSilent(stored, context) ? definition.silentColumns : []
  return [
    ...patch("fields", filled, window.to),
    ...patch("formulas", silent, window.to),
    ...(comparesIds(definition, stored, context)
      ? [{ ...newRowsWork({ from: null, to: window.to }), kind: "ids" as const }]
      : [])
  ]
}

/** Parts whose job is of no use any more are read by another one. */
const usableWork = (
  definition: StreamDefinition,
  { work }: StreamCheckpoint,
  context: PlanningContext
): ReadonlyArray<Work> =>
  work.map((item) =>
    item.kind !== "rows" || item.job === undefined || isUsable(definition, item, context) ? item : anew(item)
  )

/** An earlier run's window whose job, or whose parts, can still be used; null when it is to be read anew. */
const goesOn = (
  definition: StreamDefinition,
  stored: StreamCheckpoint,
  context: PlanningContext
): { readonly checkpoint: StreamCheckpoint; readonly abandoned: string | null } | null => {
  const [open] = stored.work
  // Without a cursor nothing could catch up with what changed since that job began.
  if (open === undefined || definition.cursorField === null) return null
  if (stored.cursorField !== definition.cursorField) return null
  if (open.kind === "rows" && isUsable(definition, open, context)) {
    return { checkpoint: { ...stored, work: usableWork(definition, stored, context) }, abandoned: null }
  }
  const { filterChanged, added, changed } = schemaDifference(
    stored.schemaFingerprint,
    definition.schemaFingerprint
  )
  if (!isParted(stored) || filterChanged || added.length > 0 || changed.length > 0) return null
  return {
    checkpoint: { ...stored, work: usableWork(definition, stored, context) },
    abandoned: open.job?.id ?? null
  }
}

/** A window that goes on does so as it was planned; what the person asks for now comes after it. */
const backfillAfter = (
  checkpoint: StreamCheckpoint,
  { backfill = [] }: PlanningContext
): StreamCheckpoint => {
  const to = wholeWork(checkpoint)?.window?.to
  const open = checkpoint.work.flatMap(({ kind, columns }) => (kind === "fields" ? (columns ?? []) : []))
  const wanted = backfill.filter((name) => !open.includes(name))
  return checkpoint.phase !== "incremental" || to === undefined
    ? checkpoint
    : { ...checkpoint, work: [...checkpoint.work, ...patch("fields", wanted, to)] }
}

export const planWindow = (
  definition: StreamDefinition,
  stored: StreamCheckpoint | undefined,
  refresh: boolean,
  context: PlanningContext
): WindowPlan => {
  const touched = (checkpoint: StreamCheckpoint): StreamCheckpoint => ({
    ...checkpoint,
    accessFingerprint: context.access ?? checkpoint.accessFingerprint,
    schemaFingerprint: rememberLost(stored?.schemaFingerprint ?? null, definition.schemaFingerprint),
    updatedAt: context.now
  })
  const open = refresh || stored === undefined ? null : goesOn(definition, stored, context)
  if (open !== null) {
    // Rows of that time were read with the access of that time: what it has become is for the next window to see.
    const accessFingerprint = open.checkpoint.accessFingerprint ?? context.access
    return {
      mode: modeOf(open.checkpoint),
      checkpoint: { ...touched(backfillAfter(open.checkpoint, context)), accessFingerprint },
      resumes: true,
      abandoned: open.abandoned
    }
  }
  const checkpoint =
    refresh && stored !== undefined
      ? nextGeneration(definition, stored, context)
      : planAfresh(definition, stored, context)
  return {
    mode: modeOf(checkpoint),
    checkpoint: touched(checkpoint),
    resumes: false,
    abandoned: stored?.work[0]?.job?.id ?? null
  }
}

/** All work of the window is committed: the cursor moves, and a full generation is ready to be shown. */
export const finished = (
  checkpoint: StreamCheckpoint,
  now: Instant
): { readonly checkpoint: StreamCheckpoint; readonly publish: boolean } => {
  const window = wholeWork(checkpoint)?.window
  const to = window?.to ?? null
  // Whole rows bring their formulas with them.
  const refreshed = window?.from === null || checkpoint.work.some(({ kind }) => kind === "formulas")
  return {
    checkpoint: {
      ...checkpoint,
      phase: checkpoint.cursorField === null ? "full" : "incremental",
      cursor: to,
      formulasRefreshedAt: refreshed ? to : checkpoint.formulasRefreshedAt,
      work: [],
      updatedAt: now
    },
    publish: checkpoint.phase === "full"
  }
}
