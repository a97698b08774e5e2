/** `decant objects` and `decant describe` themselves. */
import type { FieldDescribe } from "@decant/org"
import { Effect } from "effect"
import { counted } from "../terminal/numbers.ts"
import { textTable } from "../terminal/text-table.ts"
import { type OrgCommand, withOrg } from "./open-spec-org.ts"

interface ShowObjects extends OrgCommand {
  readonly text: string
  readonly onlyCustom: boolean
}

export const showObjects = (of: ShowObjects) =>
  withOrg(of, ({ org, screen }) =>
    Effect.gen(function* () {
      const text = of.text.toLowerCase()
      const found = (yield* org.objects).filter(
        ({ name, label, custom }) =>
          `${name} ${label}`.toLowerCase().includes(text) && (custom || !of.onlyCustom)
      )
      if (screen.json) return yield* screen.answer(JSON.stringify({ objects: found }))
      const may = (flag: boolean, word: string): ReadonlyArray<string> => (flag ? [word] : [])
      yield* screen.answer(
        textTable({
          columns: ["name", "label", "ids begin with", "may"].map((name) => ({ name, align: "left" })),
          rows: found.map((object) => [
            object.name,
            object.label,
            object.keyPrefix ?? "",
            [
              ...may(object.queryable, "query"),
              ...may(object.createable, "create"),
              ...may(object.updateable, "update"),
              ...may(object.deletable, "delete")
            ].join(", ")
          ]),
          surface: screen.out
        })
      )
      yield* screen.note(counted(found.length, "object"))
    })
  )

const sized: Readonly<Record<string, true>> = { string: true, textarea: true, encryptedstring: true }

const typeText = (field: FieldDescribe): string => {
  if (field.type === "reference") return `reference to ${(field.referenceTo ?? []).join(" or ")}`
  return sized[field.type] && field.length ? `${field.type}(${field.length})` : field.type
}

const isRequired = (field: FieldDescribe): boolean =>
  field.createable && !field.nillable && field.defaultedOnCreate !== true && field.type !== "boolean"

const notesOf = (field: FieldDescribe): string =>
  [
    isRequired(field) ? "required" : null,
    field.calculated === true ? "formula" : null,
    field.externalId === true ? "external id" : null,
    field.unique === true ? "unique" : null,
    !field.createable && !field.updateable ? "read-only" : null,
    field.createable && !field.updateable ? "only when created" : null
  ]
    .filter((note) => note !== null)
    .join(", ")

export const showFields = (of: OrgCommand & { readonly object: string }) =>
  withOrg(of, ({ org, screen }) =>
    Effect.gen(function* () {
      const described = yield* org.describe(of.object)
      if (screen.json) return yield* screen.answer(JSON.stringify(described))
      yield* screen.answer(
        textTable({
          columns: ["field", "label", "type", ""].map((name) => ({ name, align: "left" })),
          rows: described.fields.map((field) => [field.name, field.label, typeText(field), notesOf(field)]),
          surface: screen.out
        })
      )
      yield* screen.note(`${described.label}: ${counted(described.fields.length, "field")}`)
    })
  )
