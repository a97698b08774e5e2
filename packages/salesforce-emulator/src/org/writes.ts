/**
 * Inserts and updates as SQL statements, with the stamps Salesforce gives: SystemModstamp and LastModifiedDate in
 * whole seconds of the org's clock on the rows written, and on no other.
 */
import type { Field, SObject } from "./field.ts"
import { isStored } from "./field.ts"
import type { IdSequence } from "./id-sequence.ts"
import { stageProbability } from "./metadata/stages.ts"
import type { Row, Stored } from "./row-values.ts"
import type { OrgSchema } from "./schema.ts"
import { columnType, literal, quoted } from "./store.ts"

export interface Statement {
  readonly sql: string
  readonly values?: Array<string>
}

export interface WriteContext {
  readonly schema: OrgSchema
  readonly userId: string
  /** Whole seconds, `2026-11-21T10:00:00`. */
  readonly stamp: string
  /** For records that a write brings along. */
  readonly ids: IdSequence
  /** Whether a change of a detail stamps the parent whose roll-up it changes. */
  readonly rollUpStamps: boolean
}

export const idList = (ids: ReadonlyArray<string>) => ids.map(literal).join(", ")

/** `unnest` of a JSON array of rows, typed as the fields are. */
const rowsFromJson = (fields: ReadonlyArray<Field>): string => {
  const shape = Object.fromEntries(fields.map((field) => [field.name, columnType(field)]))
  return `(SELECT unnest(from_json($1, ${literal(JSON.stringify([shape]))}), recursive := true))`
}

const auditFields = (context: WriteContext): Row => ({
  CreatedById: context.userId,
  CreatedDate: context.stamp,
  LastModifiedById: context.userId,
  LastModifiedDate: context.stamp,
  SystemModstamp: context.stamp,
  OwnerId: context.userId
})

/** What a field holds of which a new row says nothing; each row's own photo apart. */
const defaultsOf = (object: SObject, context: WriteContext): Row => {
  const row: Record<string, Stored> = { ...auditFields(context) }
  for (const field of object.fields) {
    if (field.type === "boolean") row[field.name] = field.defaultValue === "true"
    else if (field.defaultValue !== null) row[field.name] = field.defaultValue
  }
  return row
}

const constantSql = (field: Field, value: Stored | undefined): string =>
  `CAST(${value === undefined || value === null ? "NULL" : literal(String(value))} AS ${columnType(field)})`

/** A stage brings its probability along, unless the write says otherwise. */
const withStage = (object: SObject, rows: string): string =>
  object.name === "Opportunity"
    ? `(SELECT * REPLACE (coalesce("Probability", ${stageProbability('given."StageName"')}) AS "Probability") FROM ${rows} given)`
    : rows

type NewRow = Row & { readonly Id: string }

/**
 * New rows as columns, every stored field one: those that a row speaks of out of one JSON object, the rest out of
 * constants. Wide objects of which little is said cost little.
 */
const columnsOf = (context: WriteContext, object: SObject, rows: ReadonlyArray<NewRow>) => {
  const spokenOf = new Set<string>()
  for (const row of rows) for (const name of Object.keys(row)) spokenOf.add(name)
  const defaults = defaultsOf(object, context)
  const lists: Record<string, ReadonlyArray<Stored>> = {}
  const shape: Record<string, readonly [string]> = {}
  const columns = object.fields.filter(isStored).map((field) => {
    const { name } = field
    if (!spokenOf.has(name)) {
      const value = name === "PhotoUrl" ? photoSql : constantSql(field, defaults[name])
      return `${value} AS ${quoted(name)}`
    }
    const byDefault = (row: NewRow) => (name === "PhotoUrl" ? photoOf(row.Id) : (defaults[name] ?? null))
    lists[name] = rows.map((row) => (row[name] === undefined ? byDefault(row) : row[name]))
    shape[name] = [columnType(field)]
    return quoted(name)
  })
  const unnested = Object.keys(lists).map((name) => `unnest(lists.${quoted(name)}) AS ${quoted(name)}`)
  return {
    sql: `(SELECT ${columns.join(", ")} FROM (SELECT ${unnested.join(", ")} FROM (SELECT from_json($1, ${literal(JSON.stringify(shape))}) AS lists)))`,
    json: JSON.stringify(lists)
  }
}

const photoOf = (id: string) => `/services/images/photo/${id}`
const photoSql = `'${photoOf("")}' || "Id"`

/** Inserts rows; each has its Id already. Values given for audit fields are kept. */
export const insertStatements = (
  context: WriteContext,
  object: SObject,
  rows: ReadonlyArray<NewRow>
): ReadonlyArray<Statement> => {
  if (rows.length === 0) return []
  const names = object.fields.filter(isStored).map(({ name }) => name)
  const select = names.map((name) => `${object.derived[name] ?? quoted(name)} AS ${quoted(name)}`)
  const columns = names.map(quoted)
  // Rows inserted as deleted need to say since when.
  if (rows.some((row) => row.IsDeleted === true)) {
    columns.push('"_deleted_at"')
    select.push('CASE WHEN "IsDeleted" THEN "SystemModstamp" END')
  }
  const { sql, json } = columnsOf(context, object, rows)
  return [
    {
      sql: `INSERT INTO ${quoted(object.name)} (${columns.join(", ")}) SELECT ${select.join(", ")} FROM ${withStage(object, sql)}`,
      values: [json]
    }
  ]
}

export const has = (object: SObject, name: string) => object.fields.some((field) => field.name === name)

export const stampAssignments = (context: WriteContext, object: SObject): ReadonlyArray<string> => {
  const stamp = `TIMESTAMP ${literal(context.stamp)}`
  return [
    ...(has(object, "SystemModstamp") ? [`"SystemModstamp" = ${stamp}`] : []),
    ...(has(object, "LastModifiedDate") ? [`"LastModifiedDate" = ${stamp}`] : []),
    ...(has(object, "LastModifiedById") ? [`"LastModifiedById" = ${literal(context.userId)}`] : [])
  ]
}

/** Works out again, without a stamp, what follows from other columns of the same row. */
export const derive = (object: SObject, where: string): ReadonlyArray<Statement> => {
  const assignments = Object.entries(object.derived).map(([name, sql]) => `${quoted(name)} = ${sql}`)
  return assignments.length === 0
    ? []
    : [{ sql: `UPDATE ${quoted(object.name)} SET ${assignments.join(", ")} WHERE ${where}` }]
}

/** Updates rows by Id. Values given for audit fields win over the stamp. */
export const updateStatements = (
  context: WriteContext,
  object: SObject,
  rows: ReadonlyArray<Row & { readonly Id: string }>
): ReadonlyArray<Statement> => {
  if (rows.length === 0) return []
  const byKeys = new Map<string, Array<Row>>()
  for (const row of rows) {
    const keys = Object.keys(row).sort().join()
    const group = byKeys.get(keys)
    if (group === undefined) byKeys.set(keys, [row])
    else group.push(row)
  }
  const updates = [...byKeys.values()].map((group): Statement => {
    const names = new Set(Object.keys(group[0] ?? {}))
    const fields = object.fields.filter((field) => names.has(field.name))
    const given = fields
      .filter((field) => field.name !== "Id")
      .map((field) => `${quoted(field.name)} = given.${quoted(field.name)}`)
    const stamps = stampAssignments(context, object).filter(
      (each) => !names.has(each.slice(1, each.indexOf('"', 1)))
    )
    const brought =
      object.name === "Opportunity" && names.has("StageName") && !names.has("Probability")
        ? [`"Probability" = coalesce(${stageProbability('given."StageName"')}, "Probability")`]
        : []
    return {
      sql: `UPDATE ${quoted(object.name)} SET ${[...given, ...brought, ...stamps].join(", ")} FROM ${rowsFromJson(fields)} given WHERE ${quoted(object.name)}."Id" = given."Id"`,
      values: [JSON.stringify(group)]
    }
  })
  return [...updates, ...derive(object, `"Id" IN (${idList(rows.map((row) => row.Id))})`)]
}
