/** What the tools that change records do: the list of objects first, then the org, which logs each write. */
import type { WriteResult } from "@decant/org"
import { Effect, Result } from "effect"
import type * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import { bulkLoad, bulkLoadStatus } from "./bulk-load-answer.ts"
import { confirmDeletes } from "./confirmation.ts"
import type { Desk } from "./desk.ts"
import { recordLink } from "./record-link.ts"
import { restWrite } from "./rest-write-answer.ts"
import { asTool } from "./tool-failure.ts"
import { checkExternalId, checkFields, checkIds, checkWritable } from "./write-rules.ts"
import type { WriteTools } from "./write-tools.ts"

type Tools = (typeof WriteTools)["tools"]
type Parameters<Name extends keyof Tools> = Tool.Parameters<Tools[Name]>

const written = Effect.fnUntraced(function* (desk: Desk, { id, created }: WriteResult) {
  const org = yield* desk.org
  const { instanceUrl } = yield* org.whoAmI
  return { id, created: created ?? null, link: recordLink(instanceUrl)(id) }
})

const createRecord = Effect.fnUntraced(function* (
  desk: Desk,
  { object, values }: Parameters<"create_record">
) {
  yield* checkWritable(desk, object)
  yield* checkFields(values)
  const org = yield* desk.org
  const { id } = yield* org.create(object, values)
  return yield* written(desk, { id, success: true, created: true })
}, Effect.scoped)

const updateRecord = Effect.fnUntraced(function* (
  desk: Desk,
  { object, id, values }: Parameters<"update_record">
) {
  yield* checkWritable(desk, object)
  yield* checkFields(values)
  const org = yield* desk.org
  const described = yield* org.describe(object)
  yield* checkIds(described, [id])
  return yield* written(desk, yield* org.update(described.name, id, values))
}, Effect.scoped)

const upsertRecord = Effect.fnUntraced(function* (desk: Desk, of: Parameters<"upsert_record">) {
  const { object, externalIdField, externalId, values } = of
  yield* checkWritable(desk, object)
  yield* checkFields(values)
  const org = yield* desk.org
  const described = yield* checkExternalId(org, object, externalIdField)
  const key = { field: externalIdField, value: externalId }
  return yield* written(desk, yield* org.upsert(described.name, key, values))
}, Effect.scoped)

const deleteRecords = Effect.fnUntraced(function* (desk: Desk, of: Parameters<"delete_records">) {
  const ids = [...new Set(of.ids)]
  yield* checkWritable(desk, of.object)
  const org = yield* desk.org
  const described = yield* org.describe(of.object)
  yield* checkIds(described, ids)
  yield* confirmDeletes({ count: ids.length, what: described.name, confirm: of.confirm })
  const deleted: Array<string> = []
  const failed: Array<{ readonly id: string; readonly reason: string }> = []
  for (const id of ids) {
    const result = yield* Effect.result(org.delete(described.name, id))
    if (Result.isSuccess(result)) deleted.push(id)
    else failed.push({ id, reason: result.failure.message })
  }
  return { deleted, failed }
}, Effect.scoped)

export const writeAnswers = (desk: Desk): Toolkit.HandlersFrom<Tools> => ({
  create_record: (of) => asTool(createRecord(desk, of)),
  update_record: (of) => asTool(updateRecord(desk, of)),
  upsert_record: (of) => asTool(upsertRecord(desk, of)),
  delete_records: (of) => asTool(deleteRecords(desk, of)),
  bulk_load: (of) => asTool(bulkLoad(desk, of)),
  bulk_load_status: (of) => asTool(bulkLoadStatus(desk, of)),
  rest_write: (of) => asTool(restWrite(desk, of))
})
