/** The first rows of a stream straight from the org, before anything is copied. */
import type { ObjectStreamChoice, OrgObjectDetail, Table } from "@decant/api"
import { Effect, type Schema } from "effect"
import { httpError } from "../answer.ts"
import { askOrg } from "./ask-org.ts"
import type { OpenOrg } from "./org-sources.ts"

const rowsShown = 10
/** Salesforce takes a URL of 16,384 bytes; what is left over is for the filter. */
const charactersOfFields = 10_000

interface Column {
  /** What the table calls it. */
  readonly name: string
  /** What is asked for; null for a value that is masked. */
  readonly path: string | null
  readonly type: string
}

const isPath = /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}$/

const wanted = (choice: ObjectStreamChoice, object: OrgObjectDetail): ReadonlyArray<string> => {
  const { fields = "recommended", roles = {} } = choice
  const copyable = object.fields.filter(({ columnType }) => columnType !== null)
  const chosen =
    typeof fields === "string"
      ? copyable.filter((field) => fields === "all" || field.recommended).map(({ name }) => name)
      : fields
  const required = copyable.filter(({ required: always }) => always).map(({ name }) => name)
  return [...new Set([...required, ...chosen, ...Object.values(roles)])]
}

const columnsOf = (choice: ObjectStreamChoice, object: OrgObjectDetail): ReadonlyArray<Column> => {
  const { substitute = {}, mask = {} } = choice
  const types = new Map(object.fields.map((field) => [field.name.toLowerCase(), field.sourceType]))
  return wanted(choice, object)
    .filter((name) => isPath.test(name) && mask[name] !== "drop")
    .map((name) => {
      const path = substitute[name] ?? name
      return {
        name,
        path: mask[name] === "hmac" || !isPath.test(path) ? null : path,
        type: types.get(path.toLowerCase()) ?? "reference"
      }
    })
}

const withinUrl = (columns: ReadonlyArray<Column>): ReadonlyArray<Column> => {
  let room = charactersOfFields
  return columns.filter(({ path }) => {
    room -= (path ?? "").length + 1
    return room > 0
  })
}

const isRecord = (value: unknown): value is Readonly<Record<string, Schema.Json>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const cell = (row: Readonly<Record<string, Schema.Json>>, path: string | null): Schema.Json => {
  if (path === null) return "•••"
  let value: Schema.Json | undefined = row
  for (const key of path.split(".")) value = isRecord(value) ? value[key] : undefined
  if (!isRecord(value)) return value ?? null
  const { attributes: _, ...shown } = value
  return shown
}

export const whereClause = (where: string | undefined): string =>
  where === undefined || where.trim() === "" ? "" : ` WHERE (${where})`

export const previewRows = Effect.fnUntraced(function* (
  org: OpenOrg,
  choice: ObjectStreamChoice,
  object: OrgObjectDetail
) {
  const columns = withinUrl(columnsOf(choice, object))
  const paths = [...new Set(columns.flatMap(({ path }) => (path === null ? [] : [path])))]
  if (paths.length === 0) {
    return yield* httpError("WHERE_INVALID", {
      message: "No field of this stream can be shown.",
      fix: "Choose at least one field that is not masked."
    })
  }
  const soql = `SELECT ${paths.join(", ")} FROM ${object.name}${whereClause(choice.where)} LIMIT ${rowsShown}`
  const { records } = yield* askOrg(org, soql)
  const table: Table = {
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows: records.map((row) => columns.map(({ path }) => cell(row, path))),
    truncated: records.length === rowsShown
  }
  return table
})
