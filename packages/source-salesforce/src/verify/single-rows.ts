/** Single rows once more, by their Ids, and why those that do not come are not there. */
import {
  type Absence,
  type ActualRows,
  type Instant,
  instantFromMillis,
  type StreamCheckpoint
} from "@decant/connector"
import { Effect } from "effect"
import type { StreamReading } from "../read/stream-reading.ts"
import type { ReadError } from "../read-error.ts"
import { firstPage, pageAfter, type QueryPage } from "../rest/rest-query.ts"
import { textLiteral } from "../streams/soql.ts"
import { spoolRows } from "./actual-rows.ts"
import { deletesSince } from "./deletes-since.ts"
import { IDS_PER_QUERY } from "./proof-plan.ts"
import { isRecordId } from "./record-id.ts"

/** Which of the Ids the stream's filter finds. */
const inFilter = Effect.fnUntraced(function* (
  { client, definition }: StreamReading,
  where: string,
  ids: ReadonlyArray<string>
): Effect.fn.Return<ReadonlySet<string>, ReadError> {
  const found = new Set<string>()
  for (let at = 0; at < ids.length; at += IDS_PER_QUERY / 2) {
    const list = ids
      .slice(at, at + IDS_PER_QUERY / 2)
      .map(textLiteral)
      .join(", ")
    const query = `SELECT Id FROM ${definition.object} WHERE Id IN (${list}) AND (${where})`
    let page: QueryPage | null = yield* firstPage(client, definition.stream, query)
    while (page !== null) {
      for (const { Id } of page.records) found.add(String(Id))
      page = yield* pageAfter(client, definition.stream, page)
    }
  }
  return found
})

const stampOf = (value: unknown): Instant | null => {
  const millis = Date.parse(String(value))
  return Number.isNaN(millis) ? null : instantFromMillis(millis)
}

export const singleRows = Effect.fnUntraced(function* (
  reading: StreamReading,
  ids: ReadonlyArray<string>,
  stored: StreamCheckpoint
): Effect.fn.Return<ActualRows, ReadError> {
  const { definition } = reading
  const { where, cursorField, followsDeletes, object } = definition
  const all = yield* spoolRows(reading, ids.filter(isRecordId))
  const found = new Map(all.records.map((record) => [String(record.Id), record]))
  const inside = where === null ? new Set(found.keys()) : yield* inFilter(reading, where, [...found.keys()])
  const outside = [...found.keys()].filter((id) => !inside.has(id))
  const missing = ids.filter((id) => !found.has(id))
  const flagged = [...found.values()].some(({ IsDeleted }) => IsDeleted === true)
  const coveredTo = stored.deletesCoveredTo
  const deletes =
    followsDeletes && coveredTo !== null && (missing.length > 0 || flagged)
      ? yield* deletesSince(reading, coveredTo)
      : new Map<string, Instant>()
  const seesAll = !missing.some(isRecordId) || (yield* reading.seesAll(object))
  const absent = new Map<string, Absence>()
  for (const id of outside) {
    const at = cursorField === null ? null : stampOf(found.get(id)?.[cursorField])
    absent.set(id, { kind: "filtered", at })
  }
  for (const id of missing) {
    const at = deletes.get(id)
    if (at !== undefined)
      absent.set(id, { kind: "deleted", at, pending: coveredTo !== null && at >= coveredTo })
    else absent.set(id, { kind: seesAll || !isRecordId(id) ? "gone" : "hidden" })
  }
  const segment = outside.length === 0 ? all.segment : (yield* spoolRows(reading, [...inside])).segment
  const deletedSince = new Map([...deletes].filter(([id]) => found.has(id)))
  return { segment, absent, deletedSince }
})
