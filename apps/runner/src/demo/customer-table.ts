/**
 * The table of the demo: the customers that marketing can name, with what they have agreed to, what is in
 * the pipeline and whom to ask. Rows that the second sync changed are marked.
 */
import type { QueryResult } from "@decant/connector"
import { count } from "../terminal/numbers.ts"
import type { Surface } from "../terminal/screen.ts"
import { type Cell, textTable } from "../terminal/text-table.ts"

export const customerSql = `SELECT a.Id, a.Name AS account, a.logo, a.reference, a.marketing_rights,
       coalesce(sum(o.Amount) FILTER (WHERE NOT o.IsClosed), 0) AS open_pipeline, any_value(u.Name) AS owner
FROM account_roles a
LEFT JOIN opportunity_live o ON o.AccountId = a.Id
LEFT JOIN "User" u ON u.Id = a.OwnerId
GROUP BY ALL
ORDER BY open_pipeline DESC, account`

export interface Customer {
  readonly id: string
  readonly account: string
  readonly logo: boolean
  readonly reference: string | null
  readonly rights: string | null
  readonly pipeline: number
  readonly owner: string | null
}

const textOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value)

export const customersOf = (result: QueryResult): ReadonlyArray<Customer> =>
  result.rows.map(([id, account, logo, reference, rights, pipeline, owner]) => ({
    id: String(id),
    account: String(account),
    logo: logo === true,
    reference: textOrNull(reference),
    rights: textOrNull(rights),
    pipeline: Number(pipeline),
    owner: textOrNull(owner)
  }))

/** What became different between two states of one customer. */
const changesOf = (before: Customer | undefined, after: Customer): ReadonlyArray<string> => {
  if (before === undefined) return ["new"]
  return [
    before.logo === after.logo ? "" : "logo",
    before.reference === after.reference ? "" : "reference",
    before.rights === after.rights ? "" : "marketing rights",
    before.pipeline === after.pipeline ? "" : "pipeline",
    before.owner === after.owner ? "" : "owner"
  ].filter((change) => change !== "")
}

export interface MarkedCustomer extends Customer {
  readonly changed: ReadonlyArray<string>
}

/** Every changed customer, and the biggest of the others, in the order of their pipeline. */
export const shownCustomers = (
  before: ReadonlyArray<Customer>,
  after: ReadonlyArray<Customer>,
  rows: number
): ReadonlyArray<MarkedCustomer> => {
  const earlier = new Map(before.map((customer) => [customer.id, customer]))
  const marked = after.map((customer) => ({
    ...customer,
    changed: changesOf(earlier.get(customer.id), customer)
  }))
  const room = Math.max(0, rows - marked.filter(({ changed }) => changed.length > 0).length)
  const biggest = new Set(
    marked
      .filter(({ changed, logo }) => changed.length === 0 && logo)
      .slice(0, room)
      .map(({ id }) => id)
  )
  return marked.filter(({ id, changed }) => changed.length > 0 || biggest.has(id))
}

const row = (customer: MarkedCustomer): ReadonlyArray<Cell> => [
  customer.account,
  customer.logo ? "yes" : "no",
  customer.reference ?? "–",
  customer.rights ?? "–",
  count(customer.pipeline),
  customer.owner,
  customer.changed.length === 0 ? "" : `← ${customer.changed.join(", ")}`
]

export const customerTable = (customers: ReadonlyArray<MarkedCustomer>, surface: Surface): string =>
  textTable({
    columns: [
      { name: "account", align: "left" },
      { name: "logo", align: "left" },
      { name: "reference", align: "left" },
      { name: "marketing rights", align: "left" },
      { name: "open pipeline", align: "right" },
      { name: "owner", align: "left" },
      { name: "", align: "left" }
    ],
    rows: customers.map(row),
    surface
  })
