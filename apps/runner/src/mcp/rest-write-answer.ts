/** A REST call that changes records, after everything it touches was looked at. */
import type { OrgRecord } from "@decant/org"
import { Effect } from "effect"
import type * as Tool from "effect/ai/Tool"
import { confirmDeletes } from "./confirmation.ts"
import type { Desk } from "./desk.ts"
import { asJson, dataNotice } from "./limits.ts"
import { objectOfId } from "./record-answer.ts"
import { readPath } from "./rest-paths.ts"
import { type RestWrite, readRestWrite } from "./rest-writes.ts"
import { ToolFailure } from "./tool-failure.ts"
import { checkExternalId, checkIds, checkWritable } from "./write-rules.ts"
import type { WriteTools } from "./write-tools.ts"

const oneRecord = /^\/sobjects\/([A-Za-z][A-Za-z0-9_]*)\/([A-Za-z0-9]{15,18})$/

/** A call that changes one record by its Id goes the way of the other tools, which logs what it replaces. */
const asRecord = Effect.fnUntraced(function* (desk: Desk, { method, path, body }: RestWrite) {
  const read = readPath(path)
  const [, object = "", id = ""] =
    read instanceof ToolFailure ? [] : (oneRecord.exec(read.resource ?? "") ?? [])
  if (object === "") return null
  const org = yield* desk.org
  if (method === "DELETE") yield* org.delete(object, id)
  else yield* org.update(object, id, body as OrgRecord)
  return { notice: dataNotice, cut: null, status: 204, answer: null }
})

export const restWrite = Effect.fnUntraced(function* (
  desk: Desk,
  of: Tool.Parameters<(typeof WriteTools)["tools"]["rest_write"]>
) {
  const { method, path, body } = of
  const needs = readRestWrite({ method, path, body })
  if (needs instanceof ToolFailure) return yield* needs
  const org = yield* desk.org
  for (const object of needs.objects) yield* checkWritable(desk, object)
  for (const { object, field } of needs.keys) yield* checkExternalId(org, object, field)
  for (const { object, id } of needs.ids) yield* checkIds(yield* org.describe(object), [id])
  const strays = yield* Effect.forEach(needs.strayIds, (id) => objectOfId(org, id))
  for (const object of strays) yield* checkWritable(desk, object)
  const what = [...new Set([...needs.objects, ...strays])].join(", ")
  yield* confirmDeletes({ count: needs.deletes, what, confirm: of.confirm })
  const record = yield* asRecord(desk, { method, path, body })
  if (record !== null) return record
  const { status, text } = yield* org.rest({
    method,
    path,
    ...(body === undefined ? {} : { body: { type: "application/json", text: JSON.stringify(body) } })
  })
  const whole = Buffer.byteLength(text) <= desk.limits.bytes
  const answer = yield* Effect.try({
    try: () => (text === "" ? null : JSON.parse(whole ? text : "")),
    catch: () => ToolFailure.refused("The answer is not JSON.", "Look at the records.")
  }).pipe(Effect.orElseSucceed(() => text.slice(0, desk.limits.bytes)))
  const cut = whole ? null : `Only the first ${desk.limits.bytes} bytes of the answer are shown, as text.`
  return { notice: dataNotice, cut, status, answer: asJson(answer) }
}, Effect.scoped)
