/**
 * Plans a parsed query: its own rows, then child subqueries and semi-joins, each a plan of its own. A refusal is
 * thrown, because it ends a recursion.
 */
import type { FieldType as ParsedField, Query, Subquery } from "@jetstreamapp/soql-parser-js"
import type { SObject } from "../org/field.ts"
import type { Org } from "../org/org.ts"
import { isArchivable, recentHistory } from "../org/passage.ts"
import { has } from "../org/writes.ts"
import { conditionTree } from "./condition.ts"
import { expandFields } from "./fields-function.ts"
import { groupBy } from "./group-by.ts"
import { orderBy } from "./order.ts"
import { type Parser, parse } from "./parse.ts"
import type { Plan, PlannedChildren, PlanOptions } from "./plan.ts"
import { malformed, noSuchChildRelationship, noSuchObject, refusedWord } from "./refusal.ts"
import { Scope } from "./scope.ts"
import { scopeCondition } from "./scope-clause.ts"
import { SelectList } from "./select-list.ts"
import { checkJoins, checkSubSelect } from "./semi-join.ts"
import { knownZone, type Moment } from "./time-zone.ts"
import { compileTree } from "./where.ts"

const deepestOffset = 2000
const mostChildren = 20
const mostParents = 55
/** Levels of parents and children, the query's own object included; two before `deepSince`. */
const deepest = 5
const deepSince = 58

type OrgSeen = Org["Service"]

/** Where a query stands: on its own, under a parent, or behind IN. */
interface Place {
  readonly names: ReadonlyArray<string | undefined>
  readonly depth: number
  readonly joinOf?: SObject
}

const aggregateNames = new Set(["COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX", "GROUPING"])

const isAggregate = (call: Extract<ParsedField, { type: "FieldFunctionExpression" }>): boolean =>
  aggregateNames.has(call.functionName.toUpperCase()) ||
  call.parameters.some((parameter) => typeof parameter === "object" && isAggregate(parameter))

const isAggregateQuery = (query: Query | Subquery): boolean =>
  query.groupBy !== undefined ||
  (query.fields ?? []).some((field) => field.type === "FieldFunctionExpression" && isAggregate(field))

const isBareCount = ([field, another]: ReadonlyArray<ParsedField>): boolean =>
  another === undefined &&
  field?.type === "FieldFunctionExpression" &&
  field.rawValue?.toUpperCase().replaceAll(" ", "") === "COUNT()"

export class Planner {
  readonly #org: OrgSeen
  readonly #text: string
  readonly #options: PlanOptions
  readonly #moment: Moment
  #aliases = 0
  #children = 0
  #parents = 0

  constructor(org: OrgSeen, text: string, options: PlanOptions) {
    this.#org = org
    this.#text = text
    this.#options = options
    this.#moment = { now: new Date(org.clock.now()), timeZone: knownZone(org.sight.timeZone) }
  }

  top(parser: Parser): Plan {
    const query = parse(parser, this.#text)
    if (query.withDataCategory !== undefined) {
      throw malformed("WITH DATA CATEGORY is only supported for objects with data categories")
    }
    const object = this.#object(query.sObject ?? "")
    return this.#plan(query, object, { names: [query.sObjectAlias], depth: 1 })
  }

  #object(name: string): SObject {
    const object = this.#org.schema.object(name)
    if (object === undefined || !object.traits.queryable) throw noSuchObject(this.#text, name)
    return object
  }

  #plan(query: Query | Subquery, object: SObject, place: Place): Plan {
    const scope = new Scope(this.#text, this.#org, object, `t${this.#aliases++}`, place.names)
    this.#checkClauses(query, place)
    const fields = expandFields(object, query)
    const bareCount = isBareCount(fields)
    if (bareCount && query.orderBy !== undefined) {
      throw refusedWord(this.#text, "ORDER", "MALFORMED_QUERY", "unexpected token: 'ORDER'")
    }
    const aggregate = !bareCount && isAggregateQuery(query)
    const { columns, children } = bareCount
      ? { columns: [], children: [] }
      : this.#select(scope, fields, aggregate, place)
    const conditions = {
      scope,
      moment: this.#moment,
      subquery: (inner: Query) => this.#semiJoin(object, inner)
    }
    const where = conditionTree(query.where)
    checkJoins(where, place.joinOf !== undefined)
    const having = conditionTree(query.having)
    const live = this.#liveness(scope)
    const filters = [
      live,
      scopeCondition(this.#org, scope, "usingScope" in query ? query.usingScope : undefined),
      where === undefined ? undefined : compileTree(conditions, where)
    ].filter((part) => part !== undefined)
    const groups = aggregate ? groupBy(scope, query, columns) : undefined
    const plan: Plan = {
      kind: bareCount ? "count" : aggregate ? "aggregate" : "rows",
      object,
      columns,
      children,
      idSql: `${scope.base.alias}."Id"`,
      where: filters.join(" AND "),
      live,
      grouped: query.groupBy !== undefined,
      groupBy: groups?.sql ?? "",
      having:
        having === undefined
          ? ""
          : ` HAVING ${compileTree({ ...conditions, grouped: groups?.expressions ?? [] }, having)}`,
      orderBy: orderBy(scope, query.orderBy, groups?.expressions),
      limit: query.limit,
      offset: query.offset ?? 0,
      from: scope.from()
    }
    this.#countParents(scope.parents)
    return plan
  }

  #checkClauses(query: Query | Subquery, { depth, joinOf }: Place): void {
    if ((query.offset ?? 0) > deepestOffset) {
      throw refusedWord(
        this.#text,
        "OFFSET",
        "NUMBER_OUTSIDE_VALID_RANGE",
        `Maximum SOQL offset allowed is ${deepestOffset}`
      )
    }
    if (depth > 1 && joinOf === undefined && query.offset !== undefined) {
      throw refusedWord(this.#text, "OFFSET", "MALFORMED_QUERY", "unexpected token: 'OFFSET'")
    }
  }

  #countParents(more: number): void {
    this.#parents += more
    if (this.#parents > mostParents) {
      throw malformed(
        `The number of child-to-parent relationships in the query exceeds the limit of ${mostParents}`
      )
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
          recentHistory(object, alias, this.#moment.now.getTime())
        ]
    return [`NOT ${alias}."_purged"`, ...queried, this.#org.sight.shared(object, alias)]
      .filter((part) => part !== undefined)
      .join(" AND ")
  }

  #select(scope: Scope, fields: ReadonlyArray<ParsedField>, aggregate: boolean, { depth }: Place) {
    const list = new SelectList(scope, aggregate)
    const children: Array<PlannedChildren> = []
    for (const field of fields) {
      if (field.type === "FieldSubquery") {
        const before = list.columns.length
        children.push({ ...this.#childRows(scope, field.subquery, depth + 1), before })
      } else list.add(field)
    }
    return { columns: list.columns, children }
  }

  #childRows(parent: Scope, query: Subquery, depth: number): Omit<PlannedChildren, "before"> {
    this.#children += 1
    if (this.#children > mostChildren) {
      throw malformed(
        `The number of parent-to-child relationships in the query exceeds the limit of ${mostChildren}`
      )
    }
    const levels = Number(this.#options.version ?? this.#org.apiVersion) >= deepSince ? deepest : 2
    if (depth > levels) {
      throw malformed(
        `SOQL statements cannot query aggregate relationships more than ${levels - 1} level away from the root entity object.`
      )
    }
    const relation = this.#org.schema
      .children(parent.base.object)
      .find(
        ({ field }) => field.childRelationshipName?.toLowerCase() === query.relationshipName.toLowerCase()
      )
    if (relation === undefined) throw noSuchChildRelationship(this.#text, query.relationshipName)
    const plan = this.#plan(query, relation.object, {
      names: [query.sObjectAlias, query.relationshipName],
      depth
    })
    return {
      relationshipName: relation.field.childRelationshipName ?? query.relationshipName,
      parentSql: `${plan.idSql.slice(0, plan.idSql.indexOf("."))}."${relation.field.name}"`,
      plan
    }
  }

  #semiJoin(outer: SObject, query: Query): string {
    const inner = this.#object(query.sObject ?? "")
    checkSubSelect(this.#text, outer, inner, query)
    const { where, columns, from } = this.#plan(query, inner, {
      names: [query.sObjectAlias],
      depth: 1,
      joinOf: outer
    })
    const [column] = columns
    if (column?.resolved === undefined || columns.length !== 1) {
      throw malformed("The inner select field of a semi join must be a single field")
    }
    const { field, type } = column.resolved
    if (type !== "id" && type !== "reference") {
      throw refusedWord(
        this.#text,
        column.word,
        "MALFORMED_QUERY",
        `The selected field '${field.name}' in the subquery and the left operand field in the where expression in the outer query should point to the same object type`
      )
    }
    return `SELECT ${column.sql} FROM ${from} WHERE ${where} AND ${column.sql} IS NOT NULL`
  }
}
