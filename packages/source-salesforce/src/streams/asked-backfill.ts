/**
 * Fields that a person wants read again of all rows (`sync --backfill Account.Industry`): which columns of the
 * copy they fill. A field is named as in the org, so that of a substituted column is found too.
 */
import { columnHeaders, type FieldOfStream, type PlanRequest } from "@decant/connector"
import { Effect } from "effect"
import { didYouMean } from "../nearest-name.ts"
import { type SourceError, sourceError } from "../source-error.ts"
import type { StreamDefinition } from "./stream-definition.ts"

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

interface AskedColumns extends FieldOfStream {
  /** None when the stream has no such column. */
  readonly columns: ReadonlyArray<string>
}

export const backfillOf = (
  request: PlanRequest,
  { stream, schema }: StreamDefinition
): ReadonlyArray<AskedColumns> =>
  (request.backfill ?? [])
    .filter((asked) => sameName(asked.stream, stream))
    .map((asked) => {
      const named = schema.columns.filter(({ name }) => sameName(name, asked.field))
      const fed = schema.columns.filter((column) =>
        columnHeaders(column).some((header) => sameName(header, asked.field))
      )
      return { ...asked, columns: (named.length > 0 ? named : fed).map(({ name }) => name) }
    })

const noColumn = ({ stream, field }: FieldOfStream, known: ReadonlyArray<string>): SourceError =>
  sourceError(
    "FIELD_UNKNOWN",
    `The copy of ${stream} has no column ${field}.${didYouMean(field, known)}`,
    "Name a field that the spec reads; a new field is added to `fields` first and then back-filled by itself.",
    { disposition: "spec" }
  )

const noKey = ({ stream }: FieldOfStream): SourceError =>
  sourceError(
    "FIELD_UNKNOWN",
    `${stream} has no key, so single columns of its rows cannot be read again.`,
    `Read it whole: \`--full-refresh ${stream}\`.`,
    { disposition: "spec" }
  )

/** Fails before anything is read. */
export const checkBackfill = (
  request: PlanRequest,
  definitions: ReadonlyArray<StreamDefinition>
): Effect.Effect<void, SourceError> =>
  Effect.gen(function* () {
    for (const definition of definitions) {
      for (const asked of backfillOf(request, definition)) {
        if (definition.schema.key === null) return yield* noKey(asked)
        if (asked.columns.length > 0) continue
        return yield* noColumn(
          asked,
          definition.schema.columns.map(({ name }) => name)
        )
      }
    }
  })
