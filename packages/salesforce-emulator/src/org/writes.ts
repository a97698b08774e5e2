/**
 * Record writes as SQL statements, with the stamps Salesforce gives: SystemModstamp and LastModifiedDate in whole
 * seconds of the org's clock on the rows written, and on no other. Deleting, undeleting and merging are writes too.
 *
 * Besides its fields a table has `"_purged"` (left the recycle bin) and `"_deleted_at"`, which also ties the rows of
 * one cascade together.
 */
import type { Field, SObject } from "./field.ts"
import { idPrefix, isStored } from "./field.ts"
import { makeId } from "./id.ts"
import { stages } from "./metadata/stages.ts"
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
}

const idList = (ids: ReadonlyArray<string>) => ids.map(literal).join(", ")

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

const defaults = (object: SObject, context: WriteContext, id: string): Row => {
  const row: Record<string, Stored> = { ...auditFields(context), Id: id }
  for (const field of object.fields) {
    if (field.type === "boolean") row[field.name] = field.defaultValue === "true"
    else if (field.defaultValue !== null) row[field.name] = field.defaultValue
  }
  if (object.fields.some((field) => field.name === "PhotoUrl")) row.PhotoUrl = `/services/images/photo/${id}`
  return row
}

/** A stage brings its probability along, unless the write says otherwise. */
const withStage = (object: SObject, row: Row): Row => {
  if (object.name !== "Opportunity" || row.StageName === undefined || row.Probability !== undefined)
    return row
  const stage = stages.find(({ name }) => name === row.StageName)
  return stage === undefined ? row : { ...row, Probability: stage.probability }
}

/** Inserts rows; each has its Id already. Values given for audit fields are kept. */
export const insertStatements = (
  context: WriteContext,
  object: SObject,
  rows: ReadonlyArray<Row & { readonly Id: string }>
): ReadonlyArray<Statement> => {
  if (rows.length === 0) return []
  const fields = object.fields.filter(isStored)
  const complete = rows.map((row) => ({ ...defaults(object, context, row.Id), ...withStage(object, row) }))
  const select = fields.map(
    (field) => `${object.derived[field.name] ?? quoted(field.name)} AS ${quoted(field.name)}`
  )
  const columns = fields.map((field) => quoted(field.name)).join(", ")
  return [
    {
      sql: `INSERT INTO ${quoted(object.name)} (${columns}) SELECT ${select.join(", ")} FROM ${rowsFromJson(fields)}`,
      values: [JSON.stringify(complete)]
    },
    ...unstamped(object, rows)
  ]
}

/** Rows inserted as deleted need to say since when. */
const unstamped = (
  object: SObject,
  rows: ReadonlyArray<Row & { readonly Id: string }>
): ReadonlyArray<Statement> =>
  rows.some((row) => row.IsDeleted === true)
    ? [
        {
          sql: `UPDATE ${quoted(object.name)} SET "_deleted_at" = "SystemModstamp" WHERE "IsDeleted" AND "_deleted_at" IS NULL`
        }
      ]
    : []

const has = (object: SObject, name: string) => object.fields.some((field) => field.name === name)

const stampAssignments = (context: WriteContext, object: SObject): ReadonlyArray<string> => {
  const stamp = `TIMESTAMP ${literal(context.stamp)}`
  return [
    ...(has(object, "SystemModstamp") ? [`"SystemModstamp" = ${stamp}`] : []),
    ...(has(object, "LastModifiedDate") ? [`"LastModifiedDate" = ${stamp}`] : []),
    ...(has(object, "LastModifiedById") ? [`"LastModifiedById" = ${literal(context.userId)}`] : [])
  ]
}

const derive = (object: SObject, where: string): ReadonlyArray<Statement> => {
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
  const byKeys = new Map<string, Array<Row>>()
  for (const given of rows) {
    const row = withStage(object, given)
    const keys = Object.keys(row).sort().join()
    byKeys.set(keys, [...(byKeys.get(keys) ?? []), row])
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
    return {
      sql: `UPDATE ${quoted(object.name)} SET ${[...given, ...stamps].join(", ")} FROM ${rowsFromJson(fields)} given WHERE ${quoted(object.name)}."Id" = given."Id"`,
      values: [JSON.stringify(group)]
    }
  })
  return [...updates, ...derive(object, `"Id" IN (${idList(rows.map((row) => row.Id))})`)]
}

const cascades = (schema: OrgSchema, object: SObject) =>
  schema.children(object).filter(({ field, object: child }) => field.cascadeDelete && has(child, "IsDeleted"))

/** Moves rows and what hangs on them to the recycle bin. `where` chooses among the live rows. */
const binStatements = (
  context: WriteContext,
  object: SObject,
  where: string,
  depth = 0
): Array<Statement> => {
  const stamps = [...stampAssignments(context, object), `"_deleted_at" = TIMESTAMP ${literal(context.stamp)}`]
  const chosen = `NOT "IsDeleted" AND ${where}`
  const gone = object.deletesForGood === true ? ', "_purged" = true' : ""
  const children = depth > 5 ? [] : cascades(context.schema, object)
  return [
    ...children.flatMap(({ object: child, field }) =>
      binStatements(
        context,
        child,
        `${quoted(field.name)} IN (SELECT "Id" FROM ${quoted(object.name)} WHERE ${chosen})`,
        depth + 1
      )
    ),
    {
      sql: `UPDATE ${quoted(object.name)} SET "IsDeleted" = true, ${stamps.join(", ")}${gone} WHERE ${chosen}`
    }
  ]
}

export const deleteStatements = (context: WriteContext, object: SObject, ids: ReadonlyArray<string>) =>
  ids.length === 0 ? [] : binStatements(context, object, `"Id" IN (${idList(ids)})`)

/** Brings rows back from the recycle bin together with what went there with them. */
export const undeleteStatements = (
  context: WriteContext,
  object: SObject,
  ids: ReadonlyArray<string>
): ReadonlyArray<Statement> => {
  if (ids.length === 0) return []
  const chosen = `"IsDeleted" AND NOT "_purged" AND "Id" IN (${idList(ids)})`
  const restore = (target: SObject, where: string): Statement => ({
    sql: `UPDATE ${quoted(target.name)} SET "IsDeleted" = false, "_deleted_at" = NULL, ${stampAssignments(context, target).join(", ")} WHERE ${where}`
  })
  const children = cascades(context.schema, object).map(({ object: child, field }) =>
    restore(
      child,
      `"IsDeleted" AND NOT "_purged" AND (${quoted(field.name)}, "_deleted_at") IN (SELECT "Id", "_deleted_at" FROM ${quoted(object.name)} WHERE ${chosen})`
    )
  )
  const master = has(object, "MasterRecordId")
    ? [{ sql: `UPDATE ${quoted(object.name)} SET "MasterRecordId" = NULL WHERE "Id" IN (${idList(ids)})` }]
    : []
  return [...children, restore(object, chosen), ...master]
}

/** Removes rows at once, from the recycle bin as well; only getDeleted still knows them. */
export const purgeStatements = (
  context: WriteContext,
  object: SObject,
  ids: ReadonlyArray<string>
): ReadonlyArray<Statement> =>
  ids.length === 0
    ? []
    : [
        ...deleteStatements(context, object, ids),
        { sql: `UPDATE ${quoted(object.name)} SET "_purged" = true WHERE "Id" IN (${idList(ids)})` }
      ]

/** Merges losers into a master: their children move over, they go to the recycle bin and name the master. */
export const mergeStatements = (
  context: WriteContext,
  object: SObject,
  masterId: string,
  losers: ReadonlyArray<string>
): ReadonlyArray<Statement> => {
  const stamps = stampAssignments(context, object).join(", ")
  const moved = context.schema
    .children(object)
    .filter(
      ({ object: child, field }) => isStored(field) && has(child, "SystemModstamp") && child.traits.updateable
    )
    .map(({ object: child, field }): Statement => {
      const childStamps = stampAssignments(context, child).join(", ")
      return {
        sql: `UPDATE ${quoted(child.name)} SET ${quoted(field.name)} = ${literal(masterId)}, ${childStamps} WHERE ${quoted(field.name)} IN (${idList(losers)})`
      }
    })
  return [
    ...moved,
    {
      sql: `UPDATE ${quoted(object.name)} SET "IsDeleted" = true, "MasterRecordId" = ${literal(masterId)}, "_deleted_at" = TIMESTAMP ${literal(context.stamp)}, ${stamps} WHERE "Id" IN (${idList(losers)})`
    },
    { sql: `UPDATE ${quoted(object.name)} SET ${stamps} WHERE "Id" = ${literal(masterId)}` }
  ]
}

/** What objects show that have no records of their own. */
const emptyId = "000000000000000AAA"

/** Counts out the ids of new rows. */
export class IdSequence {
  readonly #next = new Map<string, number>()

  next(object: SObject): string {
    return object.sharesId === true ? emptyId : makeId(idPrefix(object), this.take(object, 1))
  }

  /** Reserves `count` numbers and returns the first. */
  take(object: SObject, count: number): number {
    const first = this.#next.get(object.name) ?? 1
    this.#next.set(object.name, first + count)
    return first
  }

  reset(): void {
    this.#next.clear()
  }
}
