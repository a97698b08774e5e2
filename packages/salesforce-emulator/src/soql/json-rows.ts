/**
 * The rows of a plan as REST prints them: one JSON text a row, put together by the database. Keys come in SELECT
 * order; fields of one parent are gathered in one object where its first field stands.
 */
import type { SObject } from "../org/field.ts"
import { jsonMembers } from "../values/json.ts"
import { type Plan, type PlannedColumn, selectRows } from "./plan.ts"
import type { Resolved, Source } from "./scope.ts"

type Member =
  | { readonly key: string; readonly json: string }
  | { readonly key: string; readonly parent: Source; readonly members: Array<Member> }

const keyText = (key: string) => `"${key}":`

const attributes = (object: SObject, idSql: string, version: string) =>
  `'"attributes":{"type":"${object.name}","url":"/services/data/v${version}/sobjects/${object.name}/' || ${idSql} || '"}'`

/** A parent that may be of several objects is a Name, and its address that of the object it is. */
const parentAttributes = ({ alias, object }: Source, version: string) =>
  object.name === "Name"
    ? `'"attributes":{"type":"Name","url":"/services/data/v${version}/sobjects/' || ${alias}."Type" || '/' || ${alias}."Id" || '"}'`
    : attributes(object, `${alias}."Id"`, version)

/** Files are not part of rows: the value is the address they are read from. */
const bodyAddress = ({ field, source }: Resolved, sql: string, version: string) =>
  `CASE WHEN ${sql} IS NULL THEN 'null' ELSE '"/services/data/v${version}/sobjects/${source.object.name}/' || ${source.alias}."Id" || '/${field.name}"' END`

const place = (members: Array<Member>, column: PlannedColumn, json: string): void => {
  let into = members
  for (const { name, source } of column.resolved?.parents ?? []) {
    let found = into.find((member) => member.key === name)
    if (found === undefined || !("parent" in found)) {
      found = { key: name, parent: source, members: [] }
      into.push(found)
    }
    into = found.members
  }
  into.push({ key: column.path.slice(column.path.lastIndexOf(".") + 1), json })
}

const print = (members: ReadonlyArray<Member>, version: string): string =>
  jsonMembers(
    members.map((member) => {
      if (!("parent" in member)) return `'${keyText(member.key)}' || ${member.json}`
      const { parent } = member
      const id = `${parent.alias}."Id"`
      const inside = `'{' || ${parentAttributes(parent, version)} || ',' || ${print(member.members, version)} || '}'`
      return `'${keyText(member.key)}' || CASE WHEN ${id} IS NULL THEN 'null' ELSE ${inside} END`
    })
  )

const childrenJson = (plan: Plan, version: string): string => {
  const rows = selectRows(
    plan,
    `${rowJson(plan, version)} AS j, row_number() OVER (${plan.orderBy.trim()}) AS n`
  )
  return `coalesce((SELECT '{"totalSize":' || count(*) || ',"done":true,"records":[' || string_agg(j, ',' ORDER BY n) || ']}' FROM (${rows}) HAVING count(*) > 0), 'null')`
}

/** SQL of one row's JSON text. */
export const rowJson = (plan: Plan, version: string): string => {
  const members: Array<Member> = []
  const addChildren = (at: number) => {
    for (const { before, relationshipName, plan: inner } of plan.children) {
      if (before === at) members.push({ key: relationshipName, json: childrenJson(inner, version) })
    }
  }
  plan.columns.forEach((column, at) => {
    addChildren(at)
    if (plan.kind === "aggregate") members.push({ key: column.path, json: column.json })
    else if (column.resolved?.type === "base64") {
      place(members, column, bodyAddress(column.resolved, column.sql, version))
    } else place(members, column, column.json)
  })
  addChildren(plan.columns.length)
  const head =
    plan.kind === "aggregate"
      ? `'"attributes":{"type":"AggregateResult"}'`
      : attributes(plan.object, plan.idSql, version)
  return `'{' || ${head} || ',' || ${print(members, version)} || '}'`
}
