/**
 * Whether the columns of a file can be written: against describe, as this user sees it, before a byte is sent.
 * All problems are named at once.
 */
import { Effect } from "effect"
import type { FieldDescribe, ObjectDescribe } from "../describe-shape.ts"
import { didYouMean } from "../nearest-name.ts"
import { type OrgFailure, orgError } from "../org-error.ts"
import type { LoadOperation, LoadRequest } from "./load.ts"

export interface LoadColumn {
  readonly column: string
  /** Null for one that is left out. */
  readonly field: string | null
}

export interface CheckedColumns {
  readonly columns: ReadonlyArray<LoadColumn>
  /** The upsert's key as describe spells it. */
  readonly externalId: string | null
  readonly warnings: ReadonlyArray<string>
}

interface Question {
  readonly header: ReadonlyArray<string>
  readonly request: LoadRequest
  readonly described: ObjectDescribe
  readonly describe: (object: string) => Effect.Effect<ObjectDescribe, OrgFailure>
}

interface Found {
  /** How it is written in the header that is sent. */
  readonly name: string
  readonly field: FieldDescribe
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

const fieldNamed = (described: ObjectDescribe, name: string): FieldDescribe | undefined =>
  described.fields.find((field) => same(field.name, name))

/** `Owner.Email`: the parent is found by a field of its own that identifies it. */
const parentField = Effect.fnUntraced(function* (of: Question, path: string) {
  const [relation = "", name = ""] = path.split(".")
  const field = of.described.fields.find((one) => same(one.relationshipName ?? "", relation))
  if (field === undefined || path.split(".").length !== 2) return null
  for (const target of field.referenceTo ?? []) {
    const parent = yield* of.describe(target)
    const key = fieldNamed(parent, name)
    if (key !== undefined && (key.externalId === true || key.idLookup === true)) {
      return { name: `${field.relationshipName}.${key.name}`, field }
    }
  }
  return null
})

const find = (of: Question, name: string): Effect.Effect<Found | null, OrgFailure> => {
  const field = fieldNamed(of.described, name)
  if (field !== undefined) return Effect.succeed({ name: field.name, field })
  return name.includes(".") ? parentField(of, name) : Effect.succeed(null)
}

const mayWrite = (field: FieldDescribe, operation: LoadOperation, key: string | null): boolean => {
  if (field.name === "Id") return operation !== "insert"
  if (operation === "upsert") return field.createable || field.updateable || field.name === key
  return operation === "insert" ? field.createable : field.updateable
}

const why = (field: FieldDescribe): string => {
  if (field.calculated === true) return "it is a formula or roll-up"
  if (field.type === "address" || field.type === "location") return "write its parts instead"
  return "it is read-only, or field-level security gives this user no edit access"
}

const unknown = (of: Question, column: string, name: string): string => {
  const known = of.described.fields.map((field) => field.name)
  const mapped = same(column, name) ? "" : ` (mapped to ${name})`
  return `${column}${mapped}: ${of.described.name} has no such field that this user may see.${didYouMean(name, known)}`
}

const objectProblem = ({ described, request }: Question): string | null => {
  const { operation } = request
  const may = {
    insert: described.createable,
    update: described.updateable,
    upsert: described.createable || described.updateable,
    delete: described.deletable
  }
  return may[operation] ? null : `This user may not ${operation} ${described.name}.`
}

/** What is to become of each column, in the file's order. */
const wishes = ({ header, request }: Question): ReadonlyArray<LoadColumn> => {
  const map = Object.entries(request.map ?? {})
  return header.map((column) => {
    const wish = map.find(([from]) => same(from, column))
    if (wish !== undefined) return { column, field: wish[1] === "" ? null : wish[1] }
    const leftOut = column.startsWith("sf__") || (request.operation === "delete" && !same(column, "Id"))
    return { column, field: leftOut ? null : column }
  })
}

const keyProblem = (of: Question, key: FieldDescribe | undefined): string | null => {
  const { externalId = "Id" } = of.request
  if (key === undefined) return unknown(of, externalId, externalId)
  if (key.externalId === true || key.idLookup === true || key.name === "Id") return null
  const keys = of.described.fields.filter((field) => field.externalId === true).map(({ name }) => name)
  const other = keys.length === 0 ? "It has none." : `It has ${keys.join(", ")}.`
  return `${key.name} is not an external id of ${of.described.name}. ${other}`
}

const requiredOf = (described: ObjectDescribe): ReadonlyArray<FieldDescribe> =>
  described.fields.filter(
    (field) =>
      field.createable && !field.nillable && field.defaultedOnCreate !== true && field.type !== "boolean"
  )

const missing = (of: Question, written: ReadonlyArray<Found>, key: string | null) => {
  const { operation } = of.request
  const has = (name: string): boolean => written.some(({ field }) => field.name === name)
  const needed = operation === "update" || operation === "delete" ? "Id" : key
  const problems =
    needed !== null && !written.some(({ name }) => name === needed)
      ? [`${needed}: the file has no such column, and ${operation} needs it to find the record.`]
      : []
  const creates = operation === "insert" || (operation === "upsert" && key !== "Id")
  const left = creates ? requiredOf(of.described).filter((field) => !has(field.name)) : []
  const names = left.map(({ name, label }) => `${name} (${label})`).join(", ")
  if (left.length === 0) return { problems, warnings: [] }
  return operation === "insert"
    ? { problems: [...problems, `Required and not in the file: ${names}.`], warnings: [] }
    : { problems, warnings: [`Rows that are new will be refused: the file lacks ${names}.`] }
}

/** The problems that need no look at the columns. */
const generalProblems = (of: Question, keyField: FieldDescribe | undefined): ReadonlyArray<string> => {
  const { header, request } = of
  const unmapped = Object.keys(request.map ?? {})
    .filter((column) => !header.some((one) => same(one, column)))
    .map((column) => `--map ${column}: the file has no such column.${didYouMean(column, header)}`)
  const key = request.operation === "upsert" ? keyProblem(of, keyField) : null
  return [objectProblem(of), ...unmapped, key].filter((problem) => problem !== null)
}

const columnProblem = (
  of: Question,
  column: string,
  found: Found,
  written: ReadonlyArray<Found>,
  key: string | null
): string | null => {
  if (!mayWrite(found.field, of.request.operation, key)) {
    return `${column}: ${found.field.name} cannot be written by ${of.request.operation}: ${why(found.field)}.`
  }
  return written.some(({ name }) => name === found.name)
    ? `${column}: another column is written to ${found.name} already.`
    : null
}

export const checkColumns = Effect.fnUntraced(function* (
  of: Question
): Effect.fn.Return<CheckedColumns, OrgFailure> {
  const { request, described } = of
  const keyField =
    request.operation === "upsert" ? fieldNamed(described, request.externalId ?? "Id") : undefined
  const key = keyField?.name ?? null
  const problems = [...generalProblems(of, keyField)]
  const written: Array<Found> = []
  const columns: Array<LoadColumn> = []
  for (const { column, field: wish } of wishes(of)) {
    const found = wish === null ? null : yield* find(of, wish)
    columns.push({ column, field: found?.name ?? null })
    if (wish === null) continue
    const problem =
      found === null ? unknown(of, column, wish) : columnProblem(of, column, found, written, key)
    if (problem !== null) problems.push(problem)
    else if (found !== null) written.push(found)
  }
  const lacking = missing(of, written, key)
  problems.push(...lacking.problems)
  if (problems.length === 0) return { columns, externalId: key, warnings: lacking.warnings }
  return yield* orgError("LOAD_COLUMNS_INVALID", {
    message: `${request.file} does not fit ${described.name}:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    fix: `Rename columns with \`--map Column=Field\`, leave one out with \`--map Column=\`; \`decant describe ${described.name}\` lists the fields. Nothing was sent.`
  })
})
