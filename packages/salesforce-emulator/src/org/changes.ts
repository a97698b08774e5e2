/**
 * Changes to records, whoever makes them: a control call, a REST request or a bulk job. Checks them against the org,
 * gives new rows their ids and writes all of it in one transaction.
 */
import { Effect } from "effect"
import { badRequest, SalesforceError } from "../server/salesforce-error.ts"
import type { SObject } from "./field.ts"
import { normaliseId } from "./id.ts"
import type { Org } from "./org.ts"
import { type Row, readRow } from "./row-values.ts"
import { literal, quoted } from "./store.ts"
import { writeStatements } from "./write-set.ts"

type Input = Readonly<Record<string, unknown>>

export interface Changes {
  readonly insert?: ReadonlyArray<Input>
  readonly update?: ReadonlyArray<Input>
  readonly delete?: ReadonlyArray<string>
  readonly undelete?: ReadonlyArray<string>
  readonly hardDelete?: ReadonlyArray<string>
  /** Rows that leave the recycle bin for good. */
  readonly emptyBin?: ReadonlyArray<string>
  /** Whether getDeleted gets to know of rows that leave for good; it does unless told otherwise. */
  readonly deleteLog?: boolean
  readonly merge?: ReadonlyArray<{ readonly master: string; readonly losers: ReadonlyArray<string> }>
}

export interface Changed {
  readonly inserted: ReadonlyArray<string>
  readonly updated: ReadonlyArray<string>
  readonly deleted: ReadonlyArray<string>
  readonly undeleted: ReadonlyArray<string>
  readonly hardDeleted: ReadonlyArray<string>
  readonly emptied: ReadonlyArray<string>
  readonly merged: ReadonlyArray<string>
}

type WithId = Row & { readonly Id: string }

const malformedId = (object: SObject, id: string) =>
  badRequest("MALFORMED_ID", `${object.label} ID: id value of incorrect type: ${id}`, ["Id"])

const readIds = (object: SObject, ids: ReadonlyArray<string>) =>
  Effect.forEach(ids, (id) => {
    const read = normaliseId(id)
    return read === undefined ? Effect.fail(malformedId(object, id)) : Effect.succeed(read)
  })

/** Fails unless every id names a row that is still in the org. */
const requireRows = (org: Org["Service"], object: SObject, ids: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    if (ids.length === 0) return
    const found = yield* org.store.rows(
      `SELECT "Id" FROM ${quoted(object.name)} WHERE NOT "_purged" AND "Id" IN (${ids.map(literal).join(", ")})`
    )
    const known = new Set(found.map(([id]) => id))
    const missing = ids.filter((id) => !known.has(id))
    if (missing.length > 0) {
      return yield* badRequest(
        "INVALID_CROSS_REFERENCE_KEY",
        `invalid cross reference id: ${missing.join(", ")}`
      )
    }
  })

const readRows = (org: Org["Service"], object: SObject, inputs: ReadonlyArray<Input>) =>
  Effect.forEach(inputs, (input) => {
    const row = readRow(org.schema, object, input)
    return row instanceof SalesforceError ? Effect.fail(row) : Effect.succeed(row)
  })

const withIds = (object: SObject, rows: ReadonlyArray<Row>) =>
  Effect.forEach(rows, (row) =>
    typeof row.Id === "string"
      ? Effect.succeed<WithId>({ ...row, Id: row.Id })
      : badRequest("MISSING_ARGUMENT", `Id not specified in an update call on ${object.name}`)
  )

/** Applies the changes as the given user. `lateBySeconds` makes them visible only that much later than stamped. */
export const applyChanges = (
  org: Org["Service"],
  object: SObject,
  changes: Changes,
  options: { readonly userId: string; readonly lateBySeconds?: number | undefined }
): Effect.Effect<Changed, SalesforceError> =>
  Effect.gen(function* () {
    const inserted = (yield* readRows(org, object, changes.insert ?? [])).map(
      (row): WithId => ({ ...row, Id: typeof row.Id === "string" ? row.Id : org.ids.next(object) })
    )
    const updated = yield* withIds(object, yield* readRows(org, object, changes.update ?? []))
    const deleted = yield* readIds(object, changes.delete ?? [])
    const undeleted = yield* readIds(object, changes.undelete ?? [])
    const hardDeleted = yield* readIds(object, changes.hardDelete ?? [])
    const emptied = yield* readIds(object, changes.emptyBin ?? [])
    const merges = yield* Effect.forEach(changes.merge ?? [], ({ master, losers }) =>
      Effect.all({
        master: Effect.map(readIds(object, [master]), ([id]) => id ?? ""),
        losers: readIds(object, losers)
      })
    )
    const merged = merges.flatMap(({ losers }) => losers)
    const touched = [
      ...updated.map(({ Id }) => Id),
      ...deleted,
      ...undeleted,
      ...hardDeleted,
      ...emptied,
      ...merged,
      ...merges.map(({ master }) => master)
    ]
    const fresh = new Set(inserted.map(({ Id }) => Id))
    yield* requireRows(
      org,
      object,
      touched.filter((id) => !fresh.has(id))
    )
    const statements = writeStatements(org.writing(options.userId), object, {
      insert: inserted,
      update: updated,
      delete: deleted,
      undelete: undeleted,
      hardDelete: hardDeleted,
      emptyBin: emptied,
      merge: merges,
      logged: changes.deleteLog ?? true
    })
    const { lateBySeconds = 0 } = options
    yield* lateBySeconds > 0
      ? org.commits.writeLate(statements, lateBySeconds, { object, ids: touched })
      : org.commits.write(statements)
    return {
      inserted: inserted.map(({ Id }) => Id),
      updated: updated.map(({ Id }) => Id),
      deleted,
      undeleted,
      hardDeleted,
      emptied,
      merged
    }
  })
