/**
 * From SOQL text to a plan: one SQL statement, split so that REST and Bulk can each print the rows in their own way.
 *
 * Bulk asks for `planQuery(org, text, { all })` and gets the rows by `selectRows(plan, …)`: each column carries its
 * header (`path`, `Account.Name`), its type and its typed SQL, to be wrapped in `csvValue` of `../values/csv.ts`. What
 * Bulk refuses can be read off the plan: `kind`, `grouped`, `offset`, `children`, and the columns' types and `typeOf`.
 *
 * Inside this folder a refusal is thrown, because it ends a recursion; `planQuery` is where it becomes a value.
 */
import { Effect } from "effect"
import type { FieldType, SObject } from "../org/field.ts"
import type { Org } from "../org/org.ts"
import { SalesforceError } from "../server/salesforce-error.ts"
import { parser } from "./parse.ts"
import { Planner } from "./planner.ts"
import type { Resolved } from "./scope.ts"
import type { TypeOf } from "./typeof.ts"

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
  /** Of a TYPEOF, which has no one value. */
  readonly typeOf?: TypeOf
}

/** A child subquery. */
export interface PlannedChildren {
  readonly relationshipName: string
  /** SQL of the child's reference to its parent. */
  readonly parentSql: string
  readonly plan: Plan
  /** The position in the parent's SELECT before which it stands. */
  readonly before: number
}

export interface Plan {
  /** `count` is the bare COUNT(), whose answer is its totalSize. */
  readonly kind: "rows" | "count" | "aggregate"
  readonly object: SObject
  readonly columns: ReadonlyArray<PlannedColumn>
  readonly children: ReadonlyArray<PlannedChildren>
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
  /** The API version of the request, on which some limits depend; the newest when not given. */
  readonly version?: string
}

/** Plans a query, or refuses it in Salesforce's words. */
export const planQuery = (
  org: Org["Service"],
  text: string,
  options: PlanOptions
): Effect.Effect<Plan, SalesforceError> =>
  Effect.flatMap(parser, (loaded) => {
    try {
      return Effect.succeed(new Planner(org, text, options).top(loaded))
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
