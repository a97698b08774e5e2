/** The tables of the copy as agents may see them: the spec's `mcp.tables` decides which, and which columns. */
import type { Agents, QueryResult } from "@decant/connector"

interface CopyColumn {
  readonly name: string
  readonly type: string
}

export interface CopyTable {
  readonly schema: string
  readonly name: string
  readonly columns: ReadonlyArray<CopyColumn>
  /** Some of its columns are kept from agents. */
  readonly restricted: boolean
}

/** What Decant keeps beside the data and what agents may read of it: names and labels, no records. */
export const stateSchema = "_decant"
const openState = new Set(["fields", "picklist_values"])

/** Columns that a table's history has besides the table's own. */
const historyColumns = ["valid_from", "valid_to", "is_current", "_decant_as_of"]

type Rules = NonNullable<Agents["tables"]>
type Rule = Rules[string]

/** A table's rule holds for what is made of it alone: its live rows and its history. */
const ruleOf = (rules: Rules, table: string): Rule | undefined => {
  const lower = table.toLowerCase()
  const named = (name: string): Rule | undefined =>
    Object.entries(rules).find(([key]) => key.toLowerCase() === name)?.[1]
  return named(lower) ?? named(lower.replace(/_(live|history)$/, ""))
}

export const catalogueSql =
  "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns ORDER BY table_schema, table_name, ordinal_position"

/** All tables of the copy, before any rule. */
export const tablesOf = (catalogue: QueryResult): ReadonlyArray<CopyTable> => {
  const tables = new Map<string, { schema: string; name: string; columns: Array<CopyColumn> }>()
  for (const [schema, name, column, type] of catalogue.rows.map((row) => row.map(String))) {
    if (schema === undefined || name === undefined || column === undefined || type === undefined) continue
    const key = `${schema}.${name}`
    const table = tables.get(key) ?? { schema, name, columns: [] }
    table.columns.push({ name: column, type })
    tables.set(key, table)
  }
  return [...tables.values()].map((table) => ({ ...table, restricted: false }))
}

const under = (table: CopyTable, rule: Rule | undefined): ReadonlyArray<CopyTable> => {
  if (rule === undefined) return []
  if (rule === "all") return [table]
  const allowed = new Set([...rule, ...historyColumns].map((column) => column.toLowerCase()))
  const columns = table.columns.filter(({ name }) => allowed.has(name.toLowerCase()))
  return columns.length === 0
    ? []
    : [{ ...table, columns, restricted: columns.length < table.columns.length }]
}

export const allowedTables = (
  tables: ReadonlyArray<CopyTable>,
  schema: string,
  rules: Rules | undefined
): ReadonlyArray<CopyTable> =>
  tables.flatMap((table) => {
    if (table.schema === stateSchema) return openState.has(table.name) ? [table] : []
    if (table.schema !== schema) return []
    return rules === undefined ? [table] : under(table, ruleOf(rules, table.name))
  })
