/** `decant record …` itself. */
import type { Org, OrgRecord, WriteResult } from "@decant/org"
import { Effect } from "effect"
import { RunnerError } from "../runner-error.ts"
import { counted } from "../terminal/numbers.ts"
import { textTable } from "../terminal/text-table.ts"
import { deletesUnasked, mayGoOn } from "./ask.ts"
import { nested } from "./flat-records.ts"
import { givenValues } from "./given-text.ts"
import { type OpenedOrg, type OrgCommand, withOrg } from "./open-spec-org.ts"

const linkTo = (instanceUrl: string, id: string): string => `${instanceUrl}/${id}`

const cell = (value: unknown): string | null => {
  if (value === null || value === undefined) return null
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}

export const getRecord = (
  of: OrgCommand & {
    readonly object: string
    readonly id: string
    readonly fields: ReadonlyArray<string>
  }
) =>
  withOrg(of, ({ org, screen }) =>
    Effect.gen(function* () {
      const record: OrgRecord = nested(
        yield* org.get(of.object, of.id, of.fields.length === 0 ? undefined : of.fields)
      )
      if (screen.json) return yield* screen.answer(JSON.stringify(record))
      yield* screen.answer(
        textTable({
          columns: ["field", "value"].map((name) => ({ name, align: "left" })),
          rows: Object.entries(record).map(([name, value]) => [name, cell(value)]),
          surface: screen.out
        })
      )
      yield* screen.note(linkTo((yield* org.whoAmI).instanceUrl, of.id))
    })
  )

const told = Effect.fnUntraced(function* ({ org, screen }: OpenedOrg, what: string, result: WriteResult) {
  if (screen.json) return yield* screen.answer(JSON.stringify(result))
  yield* screen.answer(result.id)
  yield* screen.note(`${what}: ${linkTo((yield* org.whoAmI).instanceUrl, result.id)}`)
})

interface Write extends OrgCommand {
  readonly object: string
  readonly values: string
}

export const createRecord = (of: Write) =>
  withOrg(of, (opened) =>
    Effect.gen(function* () {
      const values = yield* givenValues(of.values)
      yield* told(opened, "Created", yield* opened.org.create(of.object, values))
    })
  )

export const updateRecord = (of: Write & { readonly id: string }) =>
  withOrg(of, (opened) =>
    Effect.gen(function* () {
      const values = yield* givenValues(of.values)
      yield* told(opened, "Updated", yield* opened.org.update(of.object, of.id, values))
    })
  )

const keyMissing = (field: string): RunnerError =>
  RunnerError.usage(
    `The values have no ${field}, by which the record is found.`,
    `Give it as text: '{"${field}": "4711", …}'.`
  )

const notAKey = (object: string, field: string, keys: ReadonlyArray<string>): RunnerError =>
  RunnerError.usage(
    `${field} is not an external id of ${object}, so no record can be found by it.`,
    keys.length === 0
      ? `${object} has none that this user may see: Setup → Object Manager → ${object} → Fields & Relationships → the field → External ID. Nothing was sent.`
      : `Name one that is: ${keys.join(", ")}. Nothing was sent.`
  )

/** As describe spells it. A field by which nothing can be found is refused before anything is sent. */
const keyField = Effect.fnUntraced(function* (org: Org, object: string, name: string) {
  const { fields, name: described } = yield* org.describe(object)
  const keys = fields.filter(
    (field) => field.externalId === true || field.idLookup === true || field.name === "Id"
  )
  const found = keys.find((field) => field.name.toLowerCase() === name.toLowerCase())
  if (found !== undefined) return found.name
  const external = keys.filter((field) => field.externalId === true).map((field) => field.name)
  return yield* notAKey(described, name, external)
})

export const upsertRecord = (of: Write & { readonly externalId: string }) =>
  withOrg(of, (opened) =>
    Effect.gen(function* () {
      const { [of.externalId]: key, ...values } = yield* givenValues(of.values)
      if ((typeof key !== "string" && typeof key !== "number") || key === "") {
        return yield* keyMissing(of.externalId)
      }
      const field = yield* keyField(opened.org, of.object, of.externalId)
      const result = yield* opened.org.upsert(of.object, { field, value: String(key) }, values)
      yield* told(opened, result.created === true ? "Created" : "Updated", result)
    })
  )

export const deleteRecords = (
  of: OrgCommand & {
    readonly object: string
    readonly ids: ReadonlyArray<string>
    readonly yes: boolean
  }
) =>
  withOrg(of, ({ org, screen }) =>
    Effect.gen(function* () {
      const many = of.ids.length > deletesUnasked
      const question = `Delete ${of.ids.length} records of ${of.object}?`
      if (many && !(yield* mayGoOn(screen, question, of.yes))) {
        return yield* screen.note("Nothing was deleted.")
      }
      const deleted = yield* Effect.forEach(of.ids, (id) => org.delete(of.object, id))
      if (screen.json) {
        return yield* screen.answer(JSON.stringify({ deleted: deleted.map(({ id }) => id) }))
      }
      yield* screen.note(
        `${counted(deleted.length, "record")} of ${of.object} moved to the Recycle Bin, where it is for 15 days.`
      )
    })
  )
