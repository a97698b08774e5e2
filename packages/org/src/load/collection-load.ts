/**
 * Small loads: calls of 200 records instead of a Bulk job. An insert whose answer never came is not sent again,
 * since it may have been done; its rows are reported so.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm
 */
import { readFile } from "node:fs/promises"
import { parse } from "csv-parse/sync"
import { Effect } from "effect"
import type { ObjectDescribe } from "../describe-shape.ts"
import type { Jsforce, RowOutcome } from "../jsforce-adapter.ts"
import { type OrgError, type OrgFailure, orgError } from "../org-error.ts"
import type { LoadState, Outcome, PartState } from "./load-state.ts"

export const ROWS_PER_CALL = 200

/** An empty value means no change, this one means null; as in a Bulk job. */
const NULL = "#N/A"

const uncertain =
  "OUTCOME_UNKNOWN:the connection ended before Salesforce answered: look before you load it again"

export interface CollectionLoad {
  readonly jsforce: Jsforce
  readonly described: ObjectDescribe
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  readonly state: () => LoadState
  readonly change: (part: number, change: Partial<PartState>) => Effect.Effect<void, OrgError>
  readonly done: (part: number) => void
}

/** The values of the columns that are sent. Only for files of a few calls. */
export const readRows = (state: LoadState): Effect.Effect<ReadonlyArray<ReadonlyArray<string>>, OrgError> =>
  Effect.tryPromise({
    try: async () => {
      const records: Array<Array<string>> = parse(await readFile(state.file), { bom: true, from: 2 })
      return records.map((values) => values.filter((_, at) => state.columns[at]?.field !== null))
    },
    catch: () =>
      orgError("LOAD_FILE_INVALID", {
        message: `${state.file} cannot be read any more.`,
        fix: "Put the file back as it was, then `decant load --resume`."
      })
  })

const numeric = new Set(["int", "double", "currency", "percent", "long"])

const typedValue = (text: string, type: string | undefined): unknown => {
  if (text === NULL) return null
  if (type === "boolean") return /^(true|1|yes)$/i.test(text)
  if (type !== undefined && numeric.has(type) && text.trim() !== "" && Number.isFinite(Number(text))) {
    return Number(text)
  }
  return text
}

const recordOf = (of: CollectionLoad, values: ReadonlyArray<string>): Record<string, unknown> => {
  const fields = of.state().columns.flatMap(({ field }) => (field === null ? [] : [field]))
  const types = new Map(of.described.fields.map(({ name, type }) => [name, type]))
  const record: Record<string, unknown> = {}
  for (const [at, field] of fields.entries()) {
    const text = values[at] ?? ""
    if (text === "") continue
    const [relation = "", key] = field.split(".")
    if (key === undefined) record[field] = typedValue(text, types.get(field))
    else record[relation] = { [key]: text }
  }
  return record
}

const outcomeOf = (row: RowOutcome | undefined, repeated: boolean): Outcome => {
  if (row === undefined) {
    return { id: null, success: false, created: false, error: "NO_ANSWER:Salesforce said nothing about it" }
  }
  const [error] = row.errors
  // Deleted by the first try of the same call.
  const isGone = repeated && error?.statusCode === "ENTITY_IS_DELETED"
  const fields = error?.fields?.join(",") ?? ""
  return {
    id: row.id ?? null,
    success: row.success || isGone,
    created: row.created ?? false,
    error: error === undefined ? "" : `${error.statusCode ?? ""}:${error.message ?? ""}:${fields} --`
  }
}

/** A row that cannot even be sent, e.g. an update without an Id. */
const unsendable = (of: CollectionLoad, record: Record<string, unknown>): string | null => {
  const { operation, externalId } = of.state()
  if (operation === "insert") return null
  const key = operation === "upsert" ? (externalId ?? "Id") : "Id"
  return record[key] === undefined || record[key] === null
    ? `MISSING_ARGUMENT:${key} is empty:${key} --`
    : null
}

const sendRows = Effect.fnUntraced(function* (
  of: CollectionLoad,
  records: ReadonlyArray<Record<string, unknown>>,
  repeated: boolean
): Effect.fn.Return<ReadonlyArray<Outcome>, OrgFailure> {
  const { operation, object, externalId } = of.state()
  const refused = records.map((record) => unsendable(of, record))
  const sent = records.filter((_, at) => refused[at] === null)
  const answers = sent.length === 0 ? [] : yield* of.jsforce.collection(operation, object, sent, externalId)
  let at = 0
  return refused.map((error) => {
    if (error !== null) return { id: null, success: false, created: false, error }
    const outcome = outcomeOf(answers[at++], repeated)
    return operation === "insert" ? { ...outcome, created: outcome.success } : outcome
  })
})

export const runCollectionLoad = Effect.fnUntraced(function* (of: CollectionLoad) {
  for (const [at, part] of of.state().parts.entries()) {
    if (part.outcomes !== null) continue
    const start = at * ROWS_PER_CALL
    const records = of.rows.slice(start, start + ROWS_PER_CALL).map((values) => recordOf(of, values))
    const unknown = records.map(
      (): Outcome => ({ id: null, success: false, created: false, error: uncertain })
    )
    const isInsert = of.state().operation === "insert"
    yield* of.change(at, { sent: true })
    const outcomes =
      part.sent && isInsert
        ? unknown
        : yield* sendRows(of, records, part.sent).pipe(
            Effect.catchIf(
              ({ code }) => code === "WRITE_UNCERTAIN",
              () => (isInsert ? Effect.succeed(unknown) : sendRows(of, records, true))
            )
          )
    yield* of.change(at, { outcomes })
    of.done(at)
  }
})
