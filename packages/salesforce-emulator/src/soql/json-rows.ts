/**
 * The rows of a plan as REST prints them: one JSON text a row, put together by the database. Keys come in SELECT
 * order; fields of one parent are gathered in one object where its first field stands.
 */
import type { SObject } from "../org/field.ts"
import { jsonMembers } from "../values/json.ts"
import { type Plan, type PlannedChildren, type PlannedColumn, selectRows } from "./plan.ts"
import type { Resolved, Source } from "./scope.ts"
import type { TypeBranch, TypeOf } from "./typeof.ts"

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

const place = (members: Array<Member>, column: Pick<PlannedColumn, "path" | "resolved">, json: string) => {
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

/** The object of one branch of a TYPEOF. */
const branchJson = ({ source, fields }: TypeBranch, version: string): string => {
  const members: Array<Member> = []
  for (const resolved of fields) place(members, { path: resolved.path, resolved }, resolved.json)
  return `'{' || ${parentAttributes(source, version)} || ',' || ${print(members, version)} || '}'`
}

const typeOfJson = ({ whens, otherwise }: TypeOf, version: string): string => {
  const branches = otherwise === undefined ? whens : [...whens, otherwise]
  const cases = branches.map(
    (branch) => `WHEN ${branch.source.alias}."Id" IS NOT NULL THEN ${branchJson(branch, version)}`
  )
  return `CASE ${cases.join(" ")} ELSE 'null' END`
}

/** How many children of one parent a page shows, and what marks the place where the address of more belongs. */
export interface ChildPages {
  readonly size: number
  /** Text that no record holds. */
  readonly mark: string
}

const childrenJson = (
  { plan, parentSql }: PlannedChildren,
  parentId: string,
  version: string,
  pages: ChildPages | undefined,
  path: string
): string => {
  const rows = selectRows(
    { ...plan, where: `${parentSql} = ${parentId} AND ${plan.where}` },
    `${rowJson(plan, version, pages, path)} AS j, row_number() OVER (${plan.orderBy.trim()}) AS n`
  )
  if (pages === undefined) {
    return `coalesce((SELECT '{"totalSize":' || count(*) || ',"done":true,"records":[' || string_agg(j, ',' ORDER BY n) || ']}' FROM (${rows}) HAVING count(*) > 0), 'null')`
  }
  const more = `CASE WHEN count(*) > ${pages.size} THEN '"done":false,"nextRecordsUrl":"${pages.mark}${path}:' || ${parentId} || ':"' ELSE '"done":true' END`
  const shown = `string_agg(j, ',' ORDER BY n) FILTER (WHERE n <= ${pages.size})`
  return `coalesce((SELECT '{"totalSize":' || count(*) || ',' || ${more} || ',"records":[' || ${shown} || ']}' FROM (${rows}) HAVING count(*) > 0), 'null')`
}

const columnJson = (members: Array<Member>, column: PlannedColumn, version: string): void => {
  if (column.typeOf !== undefined) place(members, column, typeOfJson(column.typeOf, version))
  else if (column.resolved?.type === "base64") {
    place(members, column, bodyAddress(column.resolved, column.sql, version))
  } else place(members, column, column.json)
}

/** SQL of one row's JSON text. Without `pages` all children of a parent are shown. */
export const rowJson = (plan: Plan, version: string, pages?: ChildPages, path = ""): string => {
  const members: Array<Member> = []
  const addChildren = (at: number) => {
    for (const [number, children] of plan.children.entries()) {
      if (children.before !== at) continue
      const json = childrenJson(children, plan.idSql, version, pages, `${path}.${number}`)
      members.push({ key: children.relationshipName, json })
    }
  }
  plan.columns.forEach((column, at) => {
    addChildren(at)
    if (plan.kind === "aggregate") members.push({ key: column.path, json: column.json })
    else columnJson(members, column, version)
  })
  addChildren(plan.columns.length)
  const head =
    plan.kind === "aggregate"
      ? `'"attributes":{"type":"AggregateResult"}'`
      : attributes(plan.object, plan.idSql, version)
  return `'{' || ${head} || ',' || ${print(members, version)} || '}'`
}
