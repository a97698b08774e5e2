/**
 * Deletes, undeletes, purges and merges as SQL statements. They stamp the rows they touch, as every write does.
 *
 * Besides its fields a table has `"_purged"` (left the recycle bin) and `"_deleted_at"`, the time getDeleted tells,
 * which also ties the rows of one cascade together.
 */
import { isStored, type SObject } from "./field.ts"
import type { OrgSchema } from "./schema.ts"
import { literal, quoted } from "./store.ts"
import { has, idList, type Statement, stampAssignments, type WriteContext } from "./writes.ts"

/** How far a delete runs down from parent to child. */
const deepest = 6

const cascades = (schema: OrgSchema, object: SObject) =>
  schema.children(object).filter(({ field, object: child }) => field.cascadeDelete && has(child, "IsDeleted"))

/** Rows without a recycle bin are gone when they are deleted. */
const leave = (context: WriteContext, object: SObject, where: string): Statement => {
  const deletedAt = `"_deleted_at" = TIMESTAMP ${literal(context.stamp)}`
  const [live, gone] = has(object, "IsDeleted")
    ? [`NOT "IsDeleted"`, [`"IsDeleted" = true`, ...stampAssignments(context, object)]]
    : [`NOT "_purged"`, [`"_purged" = true`]]
  const forGood = object.deletesForGood === true ? [`"_purged" = true`] : []
  return {
    sql: `UPDATE ${quoted(object.name)} SET ${[...gone, deletedAt, ...forGood].join(", ")} WHERE ${live} AND ${where}`
  }
}

/** Moves rows and what hangs on them to the recycle bin. `where` chooses among the live rows. */
const binStatements = (
  context: WriteContext,
  object: SObject,
  where: string,
  depth = 0
): ReadonlyArray<Statement> => {
  const live = has(object, "IsDeleted") ? `NOT "IsDeleted"` : `NOT "_purged"`
  const chosen = `(SELECT "Id" FROM ${quoted(object.name)} WHERE ${live} AND ${where})`
  const children = depth < deepest ? cascades(context.schema, object) : []
  return [
    ...children.flatMap(({ object: child, field }) =>
      binStatements(context, child, `${quoted(field.name)} IN ${chosen}`, depth + 1)
    ),
    leave(context, object, where)
  ]
}

export const deleteStatements = (
  context: WriteContext,
  object: SObject,
  ids: ReadonlyArray<string>
): ReadonlyArray<Statement> =>
  ids.length === 0 ? [] : binStatements(context, object, `"Id" IN (${idList(ids)})`)

/** Changes the rows of the bin that `where` chooses, and those that went there with them. */
const inBin = (
  context: WriteContext,
  object: SObject,
  where: string,
  change: (target: SObject) => string,
  depth = 0
): ReadonlyArray<Statement> => {
  const chosen = `"IsDeleted" AND NOT "_purged" AND ${where}`
  const children = depth < deepest ? cascades(context.schema, object) : []
  return [
    ...children.flatMap(({ object: child, field }) => {
      const together = `(${quoted(field.name)}, "_deleted_at") IN (SELECT "Id", "_deleted_at" FROM ${quoted(object.name)} WHERE ${chosen})`
      return inBin(context, child, together, change, depth + 1)
    }),
    { sql: `UPDATE ${quoted(object.name)} SET ${change(object)} WHERE ${chosen}` }
  ]
}

/** Brings rows back from the recycle bin together with what went there with them. */
export const undeleteStatements = (
  context: WriteContext,
  object: SObject,
  ids: ReadonlyArray<string>
): ReadonlyArray<Statement> => {
  if (ids.length === 0 || !has(object, "IsDeleted")) return []
  const chosen = `"Id" IN (${idList(ids)})`
  const master = has(object, "MasterRecordId")
    ? [{ sql: `UPDATE ${quoted(object.name)} SET "MasterRecordId" = NULL WHERE ${chosen}` }]
    : []
  const back = (target: SObject) =>
    [`"IsDeleted" = false`, `"_deleted_at" = NULL`, ...stampAssignments(context, target)].join(", ")
  return [...inBin(context, object, chosen, back), ...master]
}

/**
 * Empties rows out of the recycle bin, with what went there with them. Only getDeleted still knows them, and not even
 * that when they are not `logged`. `where` chooses among the rows of the bin.
 */
export const emptyBinStatements = (
  context: WriteContext,
  object: SObject,
  where: string,
  logged: boolean
): ReadonlyArray<Statement> => {
  const forgotten = logged ? "" : ', "_deleted_at" = NULL'
  return has(object, "IsDeleted") && object.deletesForGood !== true
    ? inBin(context, object, where, () => `"_purged" = true${forgotten}`)
    : [
        {
          sql: `UPDATE ${quoted(object.name)} SET "_purged" = true${forgotten} WHERE "_purged" AND ${where}`
        }
      ]
}

/** Removes rows at once, from the recycle bin as well. */
export const purgeStatements = (
  context: WriteContext,
  object: SObject,
  ids: ReadonlyArray<string>,
  logged = true
): ReadonlyArray<Statement> =>
  ids.length === 0
    ? []
    : [
        ...deleteStatements(context, object, ids),
        ...emptyBinStatements(context, object, `"Id" IN (${idList(ids)})`, logged)
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
