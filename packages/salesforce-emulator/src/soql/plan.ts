/**
 * From SOQL text to a plan: one SQL statement, split so that REST and Bulk can each print the rows in their own way.
 *
 * Bulk asks for `planQuery(org, text, { all })` and gets the rows by `selectRows(plan, …)`: each column carries its
 * header (`path`, `Account.Name`), its type and its typed SQL, to be wrapped in `csvValue` of `../values/csv.ts`. What
 * Bulk refuses can be read off the plan: `kind`, `grouped`, `offset`, `children` and the columns' types.
 *
 * Inside this folder a refusal is thrown, because it ends a recursion; `planQuery` is where it becomes a value.
 */
import type { FieldType as ParsedField, Query, Subquery } from "@jetstreamapp/soql-parser-js"
import { Effect } from "effect"
import type { FieldType, SObject } from "../org/field.ts"
import type { Org } from "../org/org.ts"
import { isArchivable, recentHistory } from "../org/passage.ts"
import { has } from "../org/writes.ts"
import { SalesforceError } from "../server/salesforce-error.ts"
import { jsonValue } from "../values/json.ts"
import { conditionTree } from "./condition.ts"
import { expandFields } from "./fields-function.ts"
import { type Computed, resolveFunction } from "./functions.ts"
import { orderBy } from "./order.ts"
import { parse } from "./parse.ts"
import { malformed, noSuchChildRelationship, noSuchObject, refusedWord } from "./refusal.ts"
import { type Resolved, Scope } from "./scope.ts"
import { compileTree } from "./where.ts"

export interface PlannedColumn {
  /** Column header: the path in the describe's casing, an alias, or `expr0`. */
  readonly path: string
  /** As typed in the query. */
  readonly word: string
  readonly type: FieldType
  /** The typed value; `NULL` for a compound field. */
  readonly sql: string
  /** Its JSON text. */
  readonly json: string
  /** What it is read from; undefined for functions. */
  readonly resolved: Resolved | undefined
}

interface PlannedChildren {
  readonly relationshipName: string
  readonly plan: Plan
}

export interface Plan {
  /** `count` is the bare COUNT(), whose answer is its totalSize. */
  readonly kind: "rows" | "count" | "aggregate"
  readonly object: SObject
  readonly columns: ReadonlyArray<PlannedColumn>
  /** Child subqueries, by the position in the SELECT before which they stand. */
  readonly children: ReadonlyArray<PlannedChildren & { readonly before: number }>
  /** SQL of the Id of the query's own rows. */
  readonly idSql: string
  readonly from: string
  readonly where: string
  /** The part of `where` that keeps rows out that are not in the org any more. */
  readonly live: string
  readonly grouped: boolean
  readonly groupBy: string
  readonly having: string
  readonly orderBy: string
  readonly limit: number | undefined
  readonly offset: number
}

export interface PlanOptions {
  /** Whether rows of the recycle bin take part, as in queryAll. */
  readonly all: boolean
}

const deepestOffset = 2000

/** Plans a query, or refuses it in Salesforce's words. */
export const planQuery = (
  org: Org["Service"],
  text: string,
  options: PlanOptions
): Effect.Effect<Plan, SalesforceError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(new Planner(org, text, options).top())
    } catch (thrown) {
      return thrown instanceof SalesforceError ? Effect.fail(thrown) : Effect.die(thrown)
    }
  })

/** The statement that reads the plan's rows, with the given select list. */
export const selectRows = (plan: Plan, selectList: string): string => {
  const offset = plan.offset > 0 ? ` OFFSET ${plan.offset}` : ""
  const limit = plan.limit === undefined ? "" : ` LIMIT ${plan.limit}`
  return `SELECT ${selectList} FROM ${plan.from} WHERE ${plan.where}${plan.groupBy}${plan.having}${plan.orderBy}${limit}${offset}`
}

const isAggregateQuery = (query: Query | Subquery): boolean =>
  query.groupBy !== undefined ||
  (query.fields ?? []).some(
    (field) =>
      field.type === "FieldFunctionExpression" && aggregateNames.has(field.functionName.toUpperCase())
  )

const aggregateNames = new Set(["COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX", "GROUPING"])

class Planner {
  readonly #org: Org["Service"]
  readonly #text: string
  readonly #options: PlanOptions
  readonly #now: Date
  #aliases = 0

  constructor(org: Org["Service"], text: string, options: PlanOptions) {
    this.#org = org
    this.#text = text
    this.#options = options
    this.#now = new Date(org.clock.now())
  }

  top(): Plan {
    const query = parse(this.#text)
    const object = this.#object(query.sObject ?? "")
    return this.#plan(query, object, [query.sObjectAlias])
  }

  #object(name: string): SObject {
    const object = this.#org.schema.object(name)
    if (object === undefined || !object.traits.queryable) throw noSuchObject(this.#text, name)
    return object
  }

  #scope(object: SObject, names: ReadonlyArray<string | undefined>): Scope {
    return new Scope(this.#text, this.#org, object, `t${this.#aliases++}`, names)
  }

  #plan(
    query: Query | Subquery,
    object: SObject,
    names: ReadonlyArray<string | undefined>,
    correlation?: string
  ): Plan {
    const scope = this.#scope(object, names)
    const fields = expandFields(object, query)
    const bareCount =
      fields.length === 1 &&
      fields[0]?.type === "FieldFunctionExpression" &&
      fields[0].rawValue?.toUpperCase().replaceAll(" ", "") === "COUNT()"
    const aggregate = !bareCount && isAggregateQuery(query)
    const { columns, children } = bareCount
      ? { columns: [], children: [] }
      : this.#select(scope, fields, aggregate)
    const groupBy = this.#groupBy(scope, query, columns, aggregate)
    const conditions = { scope, now: this.#now, subquery: (inner: Query) => this.#semiJoin(inner) }
    const where = conditionTree(query.where)
    const having = conditionTree(query.having)
    const filters = [
      correlation === undefined ? undefined : `${scope.base.alias}.${correlation}`,
      this.#liveness(scope),
      where === undefined ? undefined : compileTree(conditions, where)
    ].filter((part) => part !== undefined)
    if ((query.offset ?? 0) > deepestOffset) {
      throw refusedWord(
        this.#text,
        "OFFSET",
        "NUMBER_OUTSIDE_VALID_RANGE",
        `Maximum SOQL offset allowed is ${deepestOffset}`
      )
    }
    return {
      kind: bareCount ? "count" : aggregate ? "aggregate" : "rows",
      object,
      columns,
      children,
      idSql: `${scope.base.alias}."Id"`,
      where: filters.join(" AND "),
      live: this.#liveness(scope),
      grouped: query.groupBy !== undefined,
      groupBy,
      having: having === undefined ? "" : ` HAVING ${compileTree(conditions, having)}`,
      orderBy: orderBy(scope, query.orderBy),
      limit: query.limit,
      offset: query.offset ?? 0,
      from: scope.from()
    }
  }

  /** Rows that are there, that the query may show and that are shared with the user. */
  #liveness(scope: Scope): string {
    const { alias, object } = scope.base
    const queried = this.#options.all
      ? []
      : [
          has(object, "IsDeleted") ? `NOT ${alias}."IsDeleted"` : undefined,
          isArchivable(object) ? `NOT ${alias}."IsArchived"` : undefined,
          recentHistory(object, alias, this.#now.getTime())
        ]
    return [`NOT ${alias}."_purged"`, ...queried, this.#org.sight.shared(object, alias)]
      .filter((part) => part !== undefined)
      .join(" AND ")
  }

  #select(scope: Scope, fields: ReadonlyArray<ParsedField>, aggregate: boolean) {
    const columns: Array<PlannedColumn> = []
    const children: Array<PlannedChildren & { before: number }> = []
    let unnamed = 0
    const seen = new Set<string>()
    for (const field of fields) {
      if (field.type === "FieldSubquery") {
        children.push({ ...this.#children(scope, field.subquery), before: columns.length })
        continue
      }
      if (field.type === "FieldTypeof") throw malformed("TYPEOF is not supported for this relationship")
      const column =
        field.type === "FieldFunctionExpression"
          ? computedColumn(resolveFunction(scope, field), field.alias, () => `expr${unnamed++}`)
          : plainColumn(scope.resolve(wordOf(field)), field, aggregate)
      if (seen.has(column.path)) {
        throw refusedWord(
          this.#text,
          wordOf(field),
          "MALFORMED_QUERY",
          `duplicate field selected: ${column.path}`
        )
      }
      seen.add(column.path)
      columns.push(column)
    }
    return { columns, children }
  }

  #children(parent: Scope, query: Subquery): PlannedChildren {
    const relation = this.#org.schema
      .children(parent.base.object)
      .find(
        ({ field }) => field.childRelationshipName?.toLowerCase() === query.relationshipName.toLowerCase()
      )
    if (relation === undefined) throw noSuchChildRelationship(this.#text, query.relationshipName)
    const correlation = `"${relation.field.name}" = ${parent.base.alias}."Id"`
    return {
      relationshipName: relation.field.childRelationshipName ?? query.relationshipName,
      plan: this.#plan(query, relation.object, [query.sObjectAlias, query.relationshipName], correlation)
    }
  }

  #semiJoin(query: Query): string {
    const plan = this.#plan(query, this.#object(query.sObject ?? ""), [query.sObjectAlias])
    const [column] = plan.columns
    if (column === undefined || plan.columns.length !== 1) {
      throw malformed("The inner select field of a semi join must be a single field")
    }
    return `${selectRows({ ...plan, where: `${plan.where} AND ${column.sql} IS NOT NULL` }, column.sql)}`
  }

  #groupBy(
    scope: Scope,
    query: Query | Subquery,
    columns: ReadonlyArray<PlannedColumn>,
    aggregate: boolean
  ): string {
    if (!aggregate) return ""
    const clauses =
      query.groupBy === undefined ? [] : Array.isArray(query.groupBy) ? query.groupBy : [query.groupBy]
    const groups: Array<string> = []
    let wrap = (list: string) => list
    for (const clause of clauses) {
      if ("field" in clause) {
        groups.push(this.#groupField(scope, clause.field))
        continue
      }
      const name = (clause.fn.functionName ?? "").toUpperCase()
      if (name === "ROLLUP" || name === "CUBE") {
        const paths = (clause.fn.parameters ?? []).filter((parameter) => typeof parameter === "string")
        groups.push(...paths.map((path) => this.#groupField(scope, path)))
        wrap = (list) => `${name}(${list})`
      } else {
        groups.push(resolveFunction(scope, clause.fn).sql)
      }
    }
    for (const column of columns) {
      if (column.resolved !== undefined && !groups.includes(column.sql)) {
        throw refusedWord(
          this.#text,
          column.resolved.path,
          "MALFORMED_QUERY",
          `Field must be grouped or aggregated: ${column.resolved.field.name}`
        )
      }
    }
    return groups.length === 0 ? "" : ` GROUP BY ${wrap(groups.join(", "))}`
  }

  #groupField(scope: Scope, path: string): string {
    const { field, sql } = scope.resolve(path)
    if (!field.groupable) {
      throw refusedWord(
        this.#text,
        path,
        "INVALID_FIELD",
        `field '${field.name}' can not be grouped in a query call`
      )
    }
    return sql
  }
}

const wordOf = (field: Exclude<ParsedField, { type: "FieldSubquery" | "FieldTypeof" }>): string => {
  if (field.type === "FieldFunctionExpression") return field.rawValue ?? field.functionName
  if ("rawValue" in field && field.rawValue !== undefined) return field.rawValue
  return field.type === "FieldRelationship" ? [...field.relationships, field.field].join(".") : field.field
}

const computedColumn = (
  computed: Computed,
  alias: string | undefined,
  unnamed: () => string
): PlannedColumn => ({
  path: alias ?? computed.field?.path ?? unnamed(),
  word: computed.word,
  type: computed.type,
  sql: computed.sql,
  json: jsonValue(computed.type, computed.sql),
  resolved: computed.aggregate ? undefined : computed.field
})

const plainColumn = (resolved: Resolved, field: ParsedField, aggregate: boolean): PlannedColumn => ({
  path: aggregate ? (("alias" in field ? field.alias : undefined) ?? resolved.field.name) : resolved.path,
  word: resolved.path,
  type: resolved.type,
  sql: resolved.sql,
  json: resolved.json,
  resolved
})
